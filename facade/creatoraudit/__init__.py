"""An unofficial Python SDK for the CreatorAudit API v2.

    from creatoraudit import CreatorAudit

    with CreatorAudit() as ca:
        for post in ca.breakouts(window=7):
            print(post.rank, post.video.account_username, post.delta)

`AsyncCreatorAudit` is the same client for asyncio and trio. Every exception is a
`CreatorAuditError`. Names are imported on first use, so importing this package is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from . import errors
from ._version import __version__
from .errors import *  # noqa: F403 - errors.__all__ lists the public exceptions

if TYPE_CHECKING:
    from creatoraudit_api.models import (
        Account,
        AccountsSummary,
        AccountVideo,
        ApiMeta,
        Creator,
        CreatorAccountLink,
        Filters,
        Health,
        Overview,
        OverviewChanges,
        OverviewFigures,
        SearchAccount,
        SearchCreator,
        SearchMeta,
        SearchResponse,
        SearchSections,
        SearchVideo,
        TopCreator,
        Video,
        WhoAmI,
        WindowedTotals,
    )
    from creatoraudit_api.types import JSON

    from ._async.batch import AsyncParts
    from ._async.client import AsyncCreatorAudit
    from ._async.pager import AsyncPager
    from ._core.download import Downloaded
    from ._core.drift import DriftRecord
    from ._core.events import RequestEvent, WaitEvent
    from ._core.options import CreateOptions, RequestOptions, WaitOptions
    from ._core.organizations import Organization, Organizations
    from ._core.response import Reply
    from ._results.batch import BatchPart
    from ._results.breakouts import Breakout, Breakouts, Progress, Skipped
    from ._results.creators import CreatorFigures, Link
    from ._results.deltas import VideoDeltas
    from ._results.metrics import AccountVideoMetrics, AccountVideoTotals, Metrics
    from ._results.pages import Page
    from ._sync.batch import Parts
    from ._sync.client import CreatorAudit
    from ._sync.pager import Pager

# The modules of public names that are not models; `__getattr__` imports them on first use.
_HOMES = {
    "creatoraudit._async.batch": ("AsyncParts",),
    "creatoraudit._async.client": ("AsyncCreatorAudit",),
    "creatoraudit._async.pager": ("AsyncPager",),
    "creatoraudit._core.download": ("Downloaded",),
    "creatoraudit._core.drift": ("DriftRecord",),
    "creatoraudit._core.events": ("RequestEvent", "WaitEvent"),
    "creatoraudit._core.options": ("CreateOptions", "RequestOptions", "WaitOptions"),
    "creatoraudit._core.organizations": ("Organization", "Organizations"),
    "creatoraudit._core.response": ("Reply",),
    "creatoraudit._results.batch": ("BatchPart",),
    "creatoraudit._results.breakouts": ("Breakout", "Breakouts", "Progress", "Skipped"),
    "creatoraudit._results.creators": ("CreatorFigures", "Link"),
    "creatoraudit._results.deltas": ("VideoDeltas",),
    "creatoraudit._results.metrics": ("AccountVideoMetrics", "AccountVideoTotals", "Metrics"),
    "creatoraudit._results.pages": ("Page",),
    "creatoraudit._sync.batch": ("Parts",),
    "creatoraudit._sync.client": ("CreatorAudit",),
    "creatoraudit._sync.pager": ("Pager",),
    "creatoraudit_api.types": ("JSON",),
}

__all__ = [
    "JSON",
    "Account",
    "AccountVideo",
    "AccountVideoMetrics",
    "AccountVideoTotals",
    "AccountsSummary",
    "ApiMeta",
    "AsyncCreatorAudit",
    "AsyncPager",
    "AsyncParts",
    "BatchPart",
    "Breakout",
    "Breakouts",
    "CreateOptions",
    "Creator",
    "CreatorAccountLink",
    "CreatorAudit",
    "CreatorFigures",
    "Downloaded",
    "DriftRecord",
    "Filters",
    "Health",
    "Link",
    "Metrics",
    "Organization",
    "Organizations",
    "Overview",
    "OverviewChanges",
    "OverviewFigures",
    "Page",
    "Pager",
    "Parts",
    "Progress",
    "Reply",
    "RequestEvent",
    "RequestOptions",
    "SearchAccount",
    "SearchCreator",
    "SearchMeta",
    "SearchResponse",
    "SearchSections",
    "SearchVideo",
    "Skipped",
    "TopCreator",
    "Video",
    "VideoDeltas",
    "WaitEvent",
    "WaitOptions",
    "WhoAmI",
    "WindowedTotals",
    "__version__",
]
__all__ += errors.__all__


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    homes = (module for module, names in _HOMES.items() if name in names)
    value: object = getattr(import_module(next(homes, "creatoraudit_api.models")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
