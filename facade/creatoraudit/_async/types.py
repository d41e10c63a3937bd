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
from .._core.http import AsyncClient
from .._core.options import RequestOptions
from .._core.response import RawResponse, Reply
from .._results.batch import BatchPart
from .._results.breakouts import Breakouts, RankBy, Source
from .._results.pages import PageOf
from .account_videos import AsyncAccountVideos
from .accounts import AsyncAccounts
from .batch import AsyncParts
from .breakouts import OnProgress
from .creators import AsyncCreators
from .deltas import Via
from .operations import AsyncOperations
from .pager import AsyncPager
from .videos import AsyncVideos

__all__ = [
    "UUID",
    "ApiMeta",
    "AsyncAccountVideos",
    "AsyncAccounts",
    "AsyncClient",
    "AsyncCreators",
    "AsyncOperations",
    "AsyncPager",
    "AsyncParts",
    "AsyncVideos",
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
