"""Models of requests and responses; each is imported on first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account import Account as Account
    from .account_envelope import AccountEnvelope as AccountEnvelope
    from .account_metrics_request import AccountMetricsRequest as AccountMetricsRequest
    from .account_order import ACCOUNT_ORDER_VALUES as ACCOUNT_ORDER_VALUES
    from .account_order import AccountOrder as AccountOrder
    from .account_page import AccountPage as AccountPage
    from .account_video import AccountVideo as AccountVideo
    from .account_video_metrics_request import (
        AccountVideoMetricsRequest as AccountVideoMetricsRequest,
    )
    from .account_video_page import AccountVideoPage as AccountVideoPage
    from .accounts_summary import AccountsSummary as AccountsSummary
    from .api_meta import ApiMeta as ApiMeta
    from .api_meta_envelope import ApiMetaEnvelope as ApiMetaEnvelope
    from .create_creator_request import CreateCreatorRequest as CreateCreatorRequest
    from .creator import Creator as Creator
    from .creator_account_link import CreatorAccountLink as CreatorAccountLink
    from .creator_account_link_envelope import (
        CreatorAccountLinkEnvelope as CreatorAccountLinkEnvelope,
    )
    from .creator_analytics import CreatorAnalytics as CreatorAnalytics
    from .creator_envelope import CreatorEnvelope as CreatorEnvelope
    from .creator_order import CREATOR_ORDER_VALUES as CREATOR_ORDER_VALUES
    from .creator_order import CreatorOrder as CreatorOrder
    from .creator_page import CreatorPage as CreatorPage
    from .error_code import ERROR_CODE_VALUES as ERROR_CODE_VALUES
    from .error_code import ErrorCode as ErrorCode
    from .filters import Filters as Filters
    from .health import Health as Health
    from .metrics_period import METRICS_PERIOD_VALUES as METRICS_PERIOD_VALUES
    from .metrics_period import MetricsPeriod as MetricsPeriod
    from .order_direction import ORDER_DIRECTION_VALUES as ORDER_DIRECTION_VALUES
    from .order_direction import OrderDirection as OrderDirection
    from .overview import Overview as Overview
    from .overview_changes import OverviewChanges as OverviewChanges
    from .overview_envelope import OverviewEnvelope as OverviewEnvelope
    from .overview_figures import OverviewFigures as OverviewFigures
    from .pagination import Pagination as Pagination
    from .period import PERIOD_VALUES as PERIOD_VALUES
    from .period import Period as Period
    from .platform import PLATFORM_VALUES as PLATFORM_VALUES
    from .platform import Platform as Platform
    from .problem_detail import ProblemDetail as ProblemDetail
    from .search_account import SearchAccount as SearchAccount
    from .search_caps import SearchCaps as SearchCaps
    from .search_creator import SearchCreator as SearchCreator
    from .search_meta import SearchMeta as SearchMeta
    from .search_response import SearchResponse as SearchResponse
    from .search_sections import SearchSections as SearchSections
    from .search_video import SearchVideo as SearchVideo
    from .top_creator import TopCreator as TopCreator
    from .top_creators import TopCreators as TopCreators
    from .track_account_request import TrackAccountRequest as TrackAccountRequest
    from .track_video_request import TrackVideoRequest as TrackVideoRequest
    from .update_account_request import UpdateAccountRequest as UpdateAccountRequest
    from .update_creator_request import UpdateCreatorRequest as UpdateCreatorRequest
    from .update_video_request import UpdateVideoRequest as UpdateVideoRequest
    from .video import Video as Video
    from .video_deltas_meta import VideoDeltasMeta as VideoDeltasMeta
    from .video_deltas_request import VideoDeltasRequest as VideoDeltasRequest
    from .video_deltas_response import VideoDeltasResponse as VideoDeltasResponse
    from .video_envelope import VideoEnvelope as VideoEnvelope
    from .video_metrics_request import VideoMetricsRequest as VideoMetricsRequest
    from .video_order import VIDEO_ORDER_VALUES as VIDEO_ORDER_VALUES
    from .video_order import VideoOrder as VideoOrder
    from .video_page import VideoPage as VideoPage
    from .who_am_i import WhoAmI as WhoAmI
    from .who_am_i_envelope import WhoAmIEnvelope as WhoAmIEnvelope
    from .windowed_metrics_meta import WindowedMetricsMeta as WindowedMetricsMeta
    from .windowed_metrics_response import WindowedMetricsResponse as WindowedMetricsResponse
    from .windowed_totals import WindowedTotals as WindowedTotals
else:
    _MODULES = {
        "ACCOUNT_ORDER_VALUES": "account_order",
        "Account": "account",
        "AccountEnvelope": "account_envelope",
        "AccountMetricsRequest": "account_metrics_request",
        "AccountOrder": "account_order",
        "AccountPage": "account_page",
        "AccountVideo": "account_video",
        "AccountVideoMetricsRequest": "account_video_metrics_request",
        "AccountVideoPage": "account_video_page",
        "AccountsSummary": "accounts_summary",
        "ApiMeta": "api_meta",
        "ApiMetaEnvelope": "api_meta_envelope",
        "CREATOR_ORDER_VALUES": "creator_order",
        "CreateCreatorRequest": "create_creator_request",
        "Creator": "creator",
        "CreatorAccountLink": "creator_account_link",
        "CreatorAccountLinkEnvelope": "creator_account_link_envelope",
        "CreatorAnalytics": "creator_analytics",
        "CreatorEnvelope": "creator_envelope",
        "CreatorOrder": "creator_order",
        "CreatorPage": "creator_page",
        "ERROR_CODE_VALUES": "error_code",
        "ErrorCode": "error_code",
        "Filters": "filters",
        "Health": "health",
        "METRICS_PERIOD_VALUES": "metrics_period",
        "MetricsPeriod": "metrics_period",
        "ORDER_DIRECTION_VALUES": "order_direction",
        "OrderDirection": "order_direction",
        "Overview": "overview",
        "OverviewChanges": "overview_changes",
        "OverviewEnvelope": "overview_envelope",
        "OverviewFigures": "overview_figures",
        "PERIOD_VALUES": "period",
        "PLATFORM_VALUES": "platform",
        "Pagination": "pagination",
        "Period": "period",
        "Platform": "platform",
        "ProblemDetail": "problem_detail",
        "SearchAccount": "search_account",
        "SearchCaps": "search_caps",
        "SearchCreator": "search_creator",
        "SearchMeta": "search_meta",
        "SearchResponse": "search_response",
        "SearchSections": "search_sections",
        "SearchVideo": "search_video",
        "TopCreator": "top_creator",
        "TopCreators": "top_creators",
        "TrackAccountRequest": "track_account_request",
        "TrackVideoRequest": "track_video_request",
        "UpdateAccountRequest": "update_account_request",
        "UpdateCreatorRequest": "update_creator_request",
        "UpdateVideoRequest": "update_video_request",
        "VIDEO_ORDER_VALUES": "video_order",
        "Video": "video",
        "VideoDeltasMeta": "video_deltas_meta",
        "VideoDeltasRequest": "video_deltas_request",
        "VideoDeltasResponse": "video_deltas_response",
        "VideoEnvelope": "video_envelope",
        "VideoMetricsRequest": "video_metrics_request",
        "VideoOrder": "video_order",
        "VideoPage": "video_page",
        "WhoAmI": "who_am_i",
        "WhoAmIEnvelope": "who_am_i_envelope",
        "WindowedMetricsMeta": "windowed_metrics_meta",
        "WindowedMetricsResponse": "windowed_metrics_response",
        "WindowedTotals": "windowed_totals",
    }

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_MODULES})


__all__ = [
    "ACCOUNT_ORDER_VALUES",
    "Account",
    "AccountEnvelope",
    "AccountMetricsRequest",
    "AccountOrder",
    "AccountPage",
    "AccountVideo",
    "AccountVideoMetricsRequest",
    "AccountVideoPage",
    "AccountsSummary",
    "ApiMeta",
    "ApiMetaEnvelope",
    "CREATOR_ORDER_VALUES",
    "CreateCreatorRequest",
    "Creator",
    "CreatorAccountLink",
    "CreatorAccountLinkEnvelope",
    "CreatorAnalytics",
    "CreatorEnvelope",
    "CreatorOrder",
    "CreatorPage",
    "ERROR_CODE_VALUES",
    "ErrorCode",
    "Filters",
    "Health",
    "METRICS_PERIOD_VALUES",
    "MetricsPeriod",
    "ORDER_DIRECTION_VALUES",
    "OrderDirection",
    "Overview",
    "OverviewChanges",
    "OverviewEnvelope",
    "OverviewFigures",
    "PERIOD_VALUES",
    "PLATFORM_VALUES",
    "Pagination",
    "Period",
    "Platform",
    "ProblemDetail",
    "SearchAccount",
    "SearchCaps",
    "SearchCreator",
    "SearchMeta",
    "SearchResponse",
    "SearchSections",
    "SearchVideo",
    "TopCreator",
    "TopCreators",
    "TrackAccountRequest",
    "TrackVideoRequest",
    "UpdateAccountRequest",
    "UpdateCreatorRequest",
    "UpdateVideoRequest",
    "VIDEO_ORDER_VALUES",
    "Video",
    "VideoDeltasMeta",
    "VideoDeltasRequest",
    "VideoDeltasResponse",
    "VideoEnvelope",
    "VideoMetricsRequest",
    "VideoOrder",
    "VideoPage",
    "WhoAmI",
    "WhoAmIEnvelope",
    "WindowedMetricsMeta",
    "WindowedMetricsResponse",
    "WindowedTotals",
]
