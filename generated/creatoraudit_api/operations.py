"""Every operation of the contract as data: its address, what it takes, whether it may be repeated.

This table is all that a caller needs to send, page through or batch an operation it has never
heard of. It holds the contract's bounds, it does not enforce them.
"""

from collections.abc import Mapping
from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from .requests import build as _build
from .types import JSON

if TYPE_CHECKING:
    from .models.account_envelope import AccountEnvelope
    from .models.account_page import AccountPage
    from .models.account_video_page import AccountVideoPage
    from .models.api_meta_envelope import ApiMetaEnvelope
    from .models.creator_account_link_envelope import CreatorAccountLinkEnvelope
    from .models.creator_analytics import CreatorAnalytics
    from .models.creator_envelope import CreatorEnvelope
    from .models.creator_page import CreatorPage
    from .models.health import Health
    from .models.overview_envelope import OverviewEnvelope
    from .models.search_response import SearchResponse
    from .models.top_creators import TopCreators
    from .models.video_deltas_response import VideoDeltasResponse
    from .models.video_envelope import VideoEnvelope
    from .models.video_page import VideoPage
    from .models.who_am_i_envelope import WhoAmIEnvelope
    from .models.windowed_metrics_response import WindowedMetricsResponse

_NONE: Mapping[str, str] = {}
T_co = TypeVar("T_co", covariant=True)


class Bound(NamedTuple):
    """What the contract says about one argument or body member.

    For lists `format` and `choices` are those of the items.
    """

    kind: str
    nullable: bool = False
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    item_minimum: int | None = None
    item_maximum: int | None = None
    format: str | None = None
    choices: tuple[str, ...] = ()
    default: "JSON" = None


class Operation(NamedTuple, Generic[T_co]):
    """One operation; its module is imported when it is first decoded."""

    name: str
    key: str
    """Method and path with blanked parameter names, which identify the operation."""
    method: str
    path: str
    tag: str
    module: str
    arguments: Mapping[str, str]
    """Where each argument goes, by Python name: "path", "query" or "header"."""
    bounds: Mapping[str, Bound]
    read_only: bool
    repeatable: bool
    authenticated: bool
    wire_names: Mapping[str, str] = _NONE
    """Names on the wire of the arguments and body members whose Python name differs."""
    styles: Mapping[str, str] = _NONE
    """How an argument that is not a scalar is written, if not in the default style."""
    encodings: Mapping[str, Mapping[str, tuple[str, str]]] = _NONE
    """Style and media type of the members of a form, if not the default, by form and member."""
    body: str | None = None
    """Model of the body; "object" where it has members and no model."""
    body_types: tuple[str, ...] = ()
    """Media types that the body can have, the one to use first; none without a body."""
    body_required: bool = False
    body_members: tuple[str, ...] = ()
    """Members of the body that can be given as arguments, by Python name."""
    files: tuple[str, ...] = ()
    """Members of a multipart form that are files."""
    required: frozenset[str] = frozenset()
    idempotency_key: bool = False
    paged: bool = False
    item: str | None = None
    """Model of the items of a list; see `decode_item`."""
    value: str = "json"
    """How a success is decoded, by its declared media type: "json", "text" or "bytes"."""
    accept: str = "application/json"
    """The declared media type of a success."""
    key_header: tuple[str, str] | None = ("Authorization", "Bearer ")
    """The header that carries the key, and the text before the key in it."""
    page_limit: int | None = None
    id_lists: tuple[str, ...] = ()
    batch_size: int | None = None

    # An operation is itself, not the sum of its fields: it can be a key.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def get_kwargs(self, **arguments: Any) -> dict[str, Any]:
        """Keyword arguments of httpx's `request`; see `requests.build`."""
        return _build(self, arguments)

    def decode(self, status: int, payload: Any) -> T_co:
        """The value of a success: what its JSON says, or the text or bytes themselves."""
        if self.value != "json":
            return payload  # type: ignore[no-any-return]
        value: T_co = _import_module(self.module).decode(status, payload)
        return value

    def decode_item(self, payload: Any) -> Any:
        """The value of one item of a list, as `decode` gives it within its page."""
        return _import_module(self.module).decode_item(payload)


list_accounts: "Operation[AccountPage]" = Operation(
    name="list_accounts",
    key="GET /accounts",
    method="GET",
    path="/accounts",
    tag="Accounts",
    module="creatoraudit_api.api.accounts.list_accounts",
    arguments={
        "limit": "query",
        "cursor": "query",
        "sort": "query",
        "order_by": "query",
        "order_direction": "query",
        "platform": "query",
        "q": "query",
        "is_active": "query",
        "category": "query",
        "creator_id": "query",
        "include_total": "query",
    },
    read_only=True,
    repeatable=True,
    paged=True,
    item="Account",
    authenticated=True,
    page_limit=200,
    bounds={
        "limit": Bound(kind="integer", minimum=1, maximum=200, default=50),
        "cursor": Bound(kind="string", nullable=True),
        "sort": Bound(kind="string", default="-added_at"),
        "order_by": Bound(
            kind="string",
            nullable=True,
            choices=(
                "added_at",
                "username",
                "last_scrape_time",
                "follower_count",
                "view_count",
                "like_count",
                "play_count",
            ),
        ),
        "order_direction": Bound(kind="string", nullable=True, choices=("asc", "desc")),
        "platform": Bound(kind="string", choices=("instagram", "tiktok")),
        "q": Bound(kind="string"),
        "is_active": Bound(kind="boolean"),
        "category": Bound(kind="string"),
        "creator_id": Bound(kind="string", format="uuid"),
        "include_total": Bound(kind="boolean", default=False),
    },
)
track_account: "Operation[AccountEnvelope]" = Operation(
    name="track_account",
    key="POST /accounts",
    method="POST",
    path="/accounts",
    tag="Accounts",
    module="creatoraudit_api.api.accounts.track_account",
    arguments={"idempotency_key": "header"},
    wire_names={"idempotency_key": "Idempotency-Key"},
    body_types=("application/json",),
    body_required=True,
    body="TrackAccountRequest",
    body_members=("platform", "username", "category", "scrape_interval_hours"),
    required=frozenset(("platform", "username")),
    read_only=False,
    repeatable=False,
    idempotency_key=True,
    authenticated=True,
    bounds={
        "idempotency_key": Bound(kind="string", nullable=True),
        "platform": Bound(kind="string", choices=("instagram", "tiktok")),
        "username": Bound(kind="string"),
        "category": Bound(kind="string"),
        "scrape_interval_hours": Bound(kind="integer", default=24),
    },
)
get_account: "Operation[AccountEnvelope]" = Operation(
    name="get_account",
    key="GET /accounts/{}",
    method="GET",
    path="/accounts/{account_id}",
    tag="Accounts",
    module="creatoraudit_api.api.accounts.get_account",
    arguments={"account_id": "path"},
    required=frozenset(("account_id",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    bounds={"account_id": Bound(kind="string", format="uuid")},
)
delete_account: "Operation[None]" = Operation(
    name="delete_account",
    key="DELETE /accounts/{}",
    method="DELETE",
    path="/accounts/{account_id}",
    tag="Accounts",
    module="creatoraudit_api.api.accounts.delete_account",
    arguments={"account_id": "path"},
    required=frozenset(("account_id",)),
    read_only=False,
    repeatable=False,
    authenticated=True,
    bounds={"account_id": Bound(kind="string", format="uuid")},
)
update_account: "Operation[AccountEnvelope]" = Operation(
    name="update_account",
    key="PATCH /accounts/{}",
    method="PATCH",
    path="/accounts/{account_id}",
    tag="Accounts",
    module="creatoraudit_api.api.accounts.update_account",
    arguments={"account_id": "path"},
    body_types=("application/json",),
    body_required=True,
    body="UpdateAccountRequest",
    body_members=("is_active",),
    required=frozenset(("account_id",)),
    read_only=False,
    repeatable=False,
    authenticated=True,
    bounds={"account_id": Bound(kind="string", format="uuid"), "is_active": Bound(kind="boolean")},
)
list_videos: "Operation[VideoPage]" = Operation(
    name="list_videos",
    key="GET /videos",
    method="GET",
    path="/videos",
    tag="Videos",
    module="creatoraudit_api.api.videos.list_videos",
    arguments={
        "limit": "query",
        "cursor": "query",
        "sort": "query",
        "order_by": "query",
        "order_direction": "query",
        "account_id": "query",
        "include_total": "query",
        "platform": "query",
        "is_active": "query",
        "q": "query",
    },
    read_only=True,
    repeatable=True,
    paged=True,
    item="Video",
    authenticated=True,
    page_limit=200,
    bounds={
        "limit": Bound(kind="integer", minimum=1, maximum=200, default=50),
        "cursor": Bound(kind="string", nullable=True),
        "sort": Bound(kind="string", default="-added_at"),
        "order_by": Bound(
            kind="string",
            nullable=True,
            choices=("added_at", "create_time", "view_count", "like_count", "play_count"),
        ),
        "order_direction": Bound(kind="string", nullable=True, choices=("asc", "desc")),
        "account_id": Bound(kind="string", format="uuid"),
        "include_total": Bound(kind="boolean", default=False),
        "platform": Bound(kind="string", choices=("instagram", "tiktok")),
        "is_active": Bound(kind="boolean"),
        "q": Bound(kind="string"),
    },
)
track_video: "Operation[VideoEnvelope]" = Operation(
    name="track_video",
    key="POST /videos",
    method="POST",
    path="/videos",
    tag="Videos",
    module="creatoraudit_api.api.videos.track_video",
    arguments={"idempotency_key": "header"},
    wire_names={"idempotency_key": "Idempotency-Key"},
    body_types=("application/json",),
    body_required=True,
    body="TrackVideoRequest",
    body_members=("platform", "identifier", "metadata", "is_active", "scrape_interval_hours"),
    required=frozenset(("identifier", "platform")),
    read_only=False,
    repeatable=False,
    idempotency_key=True,
    authenticated=True,
    bounds={
        "idempotency_key": Bound(kind="string", nullable=True),
        "platform": Bound(kind="string", choices=("instagram", "tiktok")),
        "identifier": Bound(kind="string", min_length=1, max_length=512),
        "metadata": Bound(kind="object", nullable=True),
        "is_active": Bound(kind="boolean", default=True),
        "scrape_interval_hours": Bound(kind="integer", minimum=6, maximum=720, default=24),
    },
)
get_video: "Operation[VideoEnvelope]" = Operation(
    name="get_video",
    key="GET /videos/{}",
    method="GET",
    path="/videos/{video_id}",
    tag="Videos",
    module="creatoraudit_api.api.videos.get_video",
    arguments={"video_id": "path"},
    required=frozenset(("video_id",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    bounds={"video_id": Bound(kind="string", format="uuid")},
)
delete_video: "Operation[None]" = Operation(
    name="delete_video",
    key="DELETE /videos/{}",
    method="DELETE",
    path="/videos/{video_id}",
    tag="Videos",
    module="creatoraudit_api.api.videos.delete_video",
    arguments={"video_id": "path"},
    required=frozenset(("video_id",)),
    read_only=False,
    repeatable=False,
    authenticated=True,
    bounds={"video_id": Bound(kind="string", format="uuid")},
)
update_video: "Operation[VideoEnvelope]" = Operation(
    name="update_video",
    key="PATCH /videos/{}",
    method="PATCH",
    path="/videos/{video_id}",
    tag="Videos",
    module="creatoraudit_api.api.videos.update_video",
    arguments={"video_id": "path"},
    body_types=("application/json",),
    body_required=True,
    body="UpdateVideoRequest",
    body_members=("is_active",),
    required=frozenset(("video_id",)),
    read_only=False,
    repeatable=False,
    authenticated=True,
    bounds={"video_id": Bound(kind="string", format="uuid"), "is_active": Bound(kind="boolean")},
)
get_video_deltas: "Operation[VideoDeltasResponse]" = Operation(
    name="get_video_deltas",
    key="GET /videos/deltas",
    method="GET",
    path="/videos/deltas",
    tag="Videos",
    module="creatoraudit_api.api.videos.get_video_deltas",
    arguments={"video_ids": "query", "windows": "query"},
    required=frozenset(("video_ids",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    id_lists=("video_ids",),
    batch_size=200,
    bounds={
        "video_ids": Bound(kind="array", min_items=1, max_items=200, format="uuid"),
        "windows": Bound(
            kind="array",
            min_items=1,
            max_items=10,
            item_minimum=1,
            item_maximum=365,
            default=[1, 7, 14, 30],
        ),
    },
)
batch_video_deltas: "Operation[VideoDeltasResponse]" = Operation(
    name="batch_video_deltas",
    key="POST /videos/deltas",
    method="POST",
    path="/videos/deltas",
    tag="Videos",
    module="creatoraudit_api.api.videos.batch_video_deltas",
    arguments={},
    body_types=("application/json",),
    body_required=True,
    body="VideoDeltasRequest",
    body_members=("video_ids", "windows"),
    required=frozenset(("video_ids",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    id_lists=("video_ids",),
    batch_size=200,
    bounds={
        "video_ids": Bound(kind="array", min_items=1, max_items=200, format="uuid"),
        "windows": Bound(
            kind="array",
            min_items=1,
            max_items=10,
            item_minimum=1,
            item_maximum=365,
            default=[1, 7, 14, 30],
        ),
    },
)
list_account_videos: "Operation[AccountVideoPage]" = Operation(
    name="list_account_videos",
    key="GET /account-videos",
    method="GET",
    path="/account-videos",
    tag="Videos",
    module="creatoraudit_api.api.videos.list_account_videos",
    arguments={"limit": "query", "cursor": "query", "include_total": "query", "platform": "query"},
    read_only=True,
    repeatable=True,
    paged=True,
    item="AccountVideo",
    authenticated=True,
    page_limit=200,
    bounds={
        "limit": Bound(kind="integer", minimum=1, maximum=200, default=50),
        "cursor": Bound(kind="string", nullable=True),
        "include_total": Bound(kind="boolean", default=False),
        "platform": Bound(kind="string", choices=("instagram", "tiktok")),
    },
)
list_creators: "Operation[CreatorPage]" = Operation(
    name="list_creators",
    key="GET /creators",
    method="GET",
    path="/creators",
    tag="Creators",
    module="creatoraudit_api.api.creators.list_creators",
    arguments={
        "limit": "query",
        "cursor": "query",
        "sort": "query",
        "order_by": "query",
        "order_direction": "query",
        "is_active": "query",
        "include_total": "query",
    },
    read_only=True,
    repeatable=True,
    paged=True,
    item="Creator",
    authenticated=True,
    page_limit=200,
    bounds={
        "limit": Bound(kind="integer", minimum=1, maximum=200, default=50),
        "cursor": Bound(kind="string", nullable=True),
        "sort": Bound(kind="string", default="name"),
        "order_by": Bound(kind="string", nullable=True, choices=("name",)),
        "order_direction": Bound(kind="string", nullable=True, choices=("asc", "desc")),
        "is_active": Bound(kind="boolean", nullable=True),
        "include_total": Bound(kind="boolean", default=False),
    },
)
create_creator: "Operation[CreatorEnvelope]" = Operation(
    name="create_creator",
    key="POST /creators",
    method="POST",
    path="/creators",
    tag="Creators",
    module="creatoraudit_api.api.creators.create_creator",
    arguments={"idempotency_key": "header"},
    wire_names={"idempotency_key": "Idempotency-Key"},
    body_types=("application/json",),
    body_required=True,
    body="CreateCreatorRequest",
    body_members=("name", "is_active", "metadata"),
    required=frozenset(("name",)),
    read_only=False,
    repeatable=False,
    idempotency_key=True,
    authenticated=True,
    bounds={
        "idempotency_key": Bound(kind="string", nullable=True),
        "name": Bound(kind="string", min_length=1, max_length=255),
        "is_active": Bound(kind="boolean", default=True),
        "metadata": Bound(kind="object", nullable=True),
    },
)
get_creator: "Operation[CreatorEnvelope]" = Operation(
    name="get_creator",
    key="GET /creators/{}",
    method="GET",
    path="/creators/{creator_id}",
    tag="Creators",
    module="creatoraudit_api.api.creators.get_creator",
    arguments={"creator_id": "path"},
    required=frozenset(("creator_id",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    bounds={"creator_id": Bound(kind="string", format="uuid")},
)
delete_creator: "Operation[None]" = Operation(
    name="delete_creator",
    key="DELETE /creators/{}",
    method="DELETE",
    path="/creators/{creator_id}",
    tag="Creators",
    module="creatoraudit_api.api.creators.delete_creator",
    arguments={"creator_id": "path"},
    required=frozenset(("creator_id",)),
    read_only=False,
    repeatable=False,
    authenticated=True,
    bounds={"creator_id": Bound(kind="string", format="uuid")},
)
update_creator: "Operation[CreatorEnvelope]" = Operation(
    name="update_creator",
    key="PATCH /creators/{}",
    method="PATCH",
    path="/creators/{creator_id}",
    tag="Creators",
    module="creatoraudit_api.api.creators.update_creator",
    arguments={"creator_id": "path"},
    body_types=("application/json",),
    body_required=True,
    body="UpdateCreatorRequest",
    body_members=("name", "is_active", "metadata"),
    required=frozenset(("creator_id",)),
    read_only=False,
    repeatable=False,
    authenticated=True,
    bounds={
        "creator_id": Bound(kind="string", format="uuid"),
        "name": Bound(kind="string", nullable=True, min_length=1, max_length=255),
        "is_active": Bound(kind="boolean", nullable=True),
        "metadata": Bound(kind="object", nullable=True),
    },
)
link_account: "Operation[CreatorAccountLinkEnvelope]" = Operation(
    name="link_account",
    key="PUT /creators/{}/accounts/{}",
    method="PUT",
    path="/creators/{creator_id}/accounts/{account_id}",
    tag="Creators",
    module="creatoraudit_api.api.creators.link_account",
    arguments={"creator_id": "path", "account_id": "path"},
    required=frozenset(("account_id", "creator_id")),
    read_only=False,
    repeatable=True,
    authenticated=True,
    bounds={
        "creator_id": Bound(kind="string", format="uuid"),
        "account_id": Bound(kind="string", format="uuid"),
    },
)
unlink_account: "Operation[None]" = Operation(
    name="unlink_account",
    key="DELETE /creators/{}/accounts/{}",
    method="DELETE",
    path="/creators/{creator_id}/accounts/{account_id}",
    tag="Creators",
    module="creatoraudit_api.api.creators.unlink_account",
    arguments={"creator_id": "path", "account_id": "path"},
    required=frozenset(("account_id", "creator_id")),
    read_only=False,
    repeatable=False,
    authenticated=True,
    bounds={
        "creator_id": Bound(kind="string", format="uuid"),
        "account_id": Bound(kind="string", format="uuid"),
    },
)
top_creators: "Operation[TopCreators]" = Operation(
    name="top_creators",
    key="GET /creators/top",
    method="GET",
    path="/creators/top",
    tag="Creators",
    module="creatoraudit_api.api.creators.top_creators",
    arguments={"period": "query", "limit": "query"},
    read_only=True,
    repeatable=True,
    item="TopCreator",
    authenticated=True,
    bounds={
        "period": Bound(kind="string", choices=("7d", "30d", "90d")),
        "limit": Bound(kind="integer", minimum=1, maximum=25, default=10),
    },
)
batch_account_metrics: "Operation[WindowedMetricsResponse]" = Operation(
    name="batch_account_metrics",
    key="POST /accounts/metrics",
    method="POST",
    path="/accounts/metrics",
    tag="Analytics",
    module="creatoraudit_api.api.analytics.batch_account_metrics",
    arguments={},
    body_types=("application/json",),
    body_required=True,
    body="AccountMetricsRequest",
    body_members=("account_ids", "period", "start_date", "end_date"),
    required=frozenset(("account_ids",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    id_lists=("account_ids",),
    batch_size=200,
    bounds={
        "account_ids": Bound(kind="array", min_items=1, max_items=200, format="uuid"),
        "period": Bound(kind="string", choices=("7d", "30d", "90d", "custom"), default="30d"),
        "start_date": Bound(kind="string", nullable=True, format="date"),
        "end_date": Bound(kind="string", nullable=True, format="date"),
    },
)
batch_video_metrics: "Operation[WindowedMetricsResponse]" = Operation(
    name="batch_video_metrics",
    key="POST /videos/metrics",
    method="POST",
    path="/videos/metrics",
    tag="Analytics",
    module="creatoraudit_api.api.analytics.batch_video_metrics",
    arguments={},
    body_types=("application/json",),
    body_required=True,
    body="VideoMetricsRequest",
    body_members=("video_ids", "period", "start_date", "end_date"),
    required=frozenset(("video_ids",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    id_lists=("video_ids",),
    batch_size=200,
    bounds={
        "video_ids": Bound(kind="array", min_items=1, max_items=200, format="uuid"),
        "period": Bound(kind="string", choices=("7d", "30d", "90d", "custom"), default="30d"),
        "start_date": Bound(kind="string", nullable=True, format="date"),
        "end_date": Bound(kind="string", nullable=True, format="date"),
    },
)
batch_account_video_metrics: "Operation[WindowedMetricsResponse]" = Operation(
    name="batch_account_video_metrics",
    key="POST /account-videos/metrics",
    method="POST",
    path="/account-videos/metrics",
    tag="Analytics",
    module="creatoraudit_api.api.analytics.batch_account_video_metrics",
    arguments={},
    body_types=("application/json",),
    body_required=True,
    body="AccountVideoMetricsRequest",
    body_members=("instagram_post_ids", "tiktok_video_ids", "period", "start_date", "end_date"),
    read_only=True,
    repeatable=True,
    authenticated=True,
    id_lists=("instagram_post_ids", "tiktok_video_ids"),
    batch_size=200,
    bounds={
        "instagram_post_ids": Bound(kind="array", max_items=200),
        "tiktok_video_ids": Bound(kind="array", max_items=200),
        "period": Bound(kind="string", choices=("7d", "30d", "90d", "custom"), default="30d"),
        "start_date": Bound(kind="string", nullable=True, format="date"),
        "end_date": Bound(kind="string", nullable=True, format="date"),
    },
)
creator_analytics: "Operation[CreatorAnalytics]" = Operation(
    name="creator_analytics",
    key="GET /creators/{}/analytics",
    method="GET",
    path="/creators/{creator_id}/analytics",
    tag="Analytics",
    module="creatoraudit_api.api.analytics.creator_analytics",
    arguments={"creator_id": "path", "start_date": "query", "end_date": "query"},
    required=frozenset(("creator_id",)),
    read_only=True,
    repeatable=True,
    authenticated=True,
    bounds={
        "creator_id": Bound(kind="string", format="uuid"),
        "start_date": Bound(kind="string", format="date"),
        "end_date": Bound(kind="string", format="date"),
    },
)
get_overview: "Operation[OverviewEnvelope]" = Operation(
    name="get_overview",
    key="GET /overview",
    method="GET",
    path="/overview",
    tag="Overview",
    module="creatoraudit_api.api.overview.get_overview",
    arguments={"period": "query"},
    read_only=True,
    repeatable=True,
    authenticated=True,
    bounds={"period": Bound(kind="string", choices=("7d", "30d", "90d"), default="7d")},
)
search: "Operation[SearchResponse]" = Operation(
    name="search",
    key="GET /search",
    method="GET",
    path="/search",
    tag="Search",
    module="creatoraudit_api.api.search.search",
    arguments={"q": "query", "limit": "query"},
    read_only=True,
    repeatable=True,
    authenticated=True,
    bounds={
        "q": Bound(kind="string", max_length=128),
        "limit": Bound(kind="integer", minimum=1, maximum=25, default=10),
    },
)
get_health: "Operation[Health]" = Operation(
    name="get_health",
    key="GET /health",
    method="GET",
    path="/health",
    tag="System",
    module="creatoraudit_api.api.system.get_health",
    arguments={},
    read_only=True,
    repeatable=True,
    authenticated=False,
    key_header=None,
    bounds={},
)
get_meta: "Operation[ApiMetaEnvelope]" = Operation(
    name="get_meta",
    key="GET /meta",
    method="GET",
    path="/meta",
    tag="System",
    module="creatoraudit_api.api.system.get_meta",
    arguments={},
    read_only=True,
    repeatable=True,
    authenticated=False,
    key_header=None,
    bounds={},
)
whoami: "Operation[WhoAmIEnvelope]" = Operation(
    name="whoami",
    key="GET /whoami",
    method="GET",
    path="/whoami",
    tag="System",
    module="creatoraudit_api.api.system.whoami",
    arguments={},
    read_only=True,
    repeatable=True,
    authenticated=True,
    bounds={},
)

OPERATIONS: Mapping[str, Operation[Any]] = {
    "list_accounts": list_accounts,
    "track_account": track_account,
    "get_account": get_account,
    "delete_account": delete_account,
    "update_account": update_account,
    "list_videos": list_videos,
    "track_video": track_video,
    "get_video": get_video,
    "delete_video": delete_video,
    "update_video": update_video,
    "get_video_deltas": get_video_deltas,
    "batch_video_deltas": batch_video_deltas,
    "list_account_videos": list_account_videos,
    "list_creators": list_creators,
    "create_creator": create_creator,
    "get_creator": get_creator,
    "delete_creator": delete_creator,
    "update_creator": update_creator,
    "link_account": link_account,
    "unlink_account": unlink_account,
    "top_creators": top_creators,
    "batch_account_metrics": batch_account_metrics,
    "batch_video_metrics": batch_video_metrics,
    "batch_account_video_metrics": batch_account_video_metrics,
    "creator_analytics": creator_analytics,
    "get_overview": get_overview,
    "search": search,
    "get_health": get_health,
    "get_meta": get_meta,
    "whoami": whoami,
}
"""Every operation by its name."""

LEFT_OUT: Mapping[str, str] = {}
"""Operations of the contract that are missing here, by name, and why."""

GONE: frozenset[str] = frozenset([])
"""Operations that the contract had once and has no longer: there is one of that name all the same,
without a method. Using it raises an error that says so."""


class _NoBounds(dict[str, Bound]):
    def __missing__(self, name: str) -> Bound:
        return Bound(kind="any")


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Operation[Any]:
        if name not in GONE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return Operation(
            name=name,
            key="",
            method="",
            path="",
            tag="",
            module="",
            arguments={},
            bounds=_NoBounds(),
            read_only=False,
            repeatable=False,
            authenticated=True,
            batch_size=1,
        )
