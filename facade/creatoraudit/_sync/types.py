# Derived from ../_async/types.py by scripts/unasync.py; change that file instead.
"""Types in the annotations of the client.

They are in a separate module because importing them takes longer than creating a client. They are
imported when a program reads the annotations at run time.
"""

from os import PathLike
from uuid import UUID

from creatoraudit_api.models import (
    ApiMeta,
    Health,
    Overview,
    Period,
    Platform,
    SearchResponse,
    WhoAmI,
)
from creatoraudit_api.operations import Operation

from .._core.arguments import Day
from .._core.cache import Cache, CacheSetting
from .._core.download import Downloaded
from .._core.drift import OnDrift
from .._core.events import OnEvent, OnWait
from .._core.http import Client
from .._core.options import RequestOptions
from .._core.response import RawResponse, Reply
from .._results.batch import BatchPart
from .._results.breakouts import Breakouts, RankBy, Source
from .._results.pages import PageOf
from .account_videos import AccountVideos
from .accounts import Accounts
from .batch import Parts
from .breakouts import OnProgress
from .creators import Creators
from .deltas import Via
from .operations import Operations
from .pager import Pager
from .videos import Videos

__all__ = [
    "UUID",
    "ApiMeta",
    "AccountVideos",
    "Accounts",
    "Client",
    "Creators",
    "Operations",
    "Pager",
    "Parts",
    "Videos",
    "BatchPart",
    "Breakouts",
    "Cache",
    "CacheSetting",
    "Day",
    "Downloaded",
    "Health",
    "OnDrift",
    "OnEvent",
    "OnProgress",
    "OnWait",
    "Operation",
    "Overview",
    "PageOf",
    "PathLike",
    "Period",
    "Platform",
    "RankBy",
    "RawResponse",
    "Reply",
    "RequestOptions",
    "SearchResponse",
    "Source",
    "Via",
    "WhoAmI",
]
