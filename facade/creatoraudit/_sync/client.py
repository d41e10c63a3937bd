# Derived from ../_async/client.py by scripts/unasync.py; change that file instead.
"""The client.

What only some programs use (resources, ranking, the cache) is imported when it is first used, so
that making a client costs little more than making an HTTP client; what sends, with the first call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, Unpack, overload

from .._core import log
from .._core.config import Settings, origin
from .._core.deprecation import DeprecationNotice
from .._core.key import KeyRing, KeySource
from .._core.lazy import LazyModule
from .._core.values import plain
from ..errors import ConfigurationError
from .io import AWAITS
from .transport import Transport

if TYPE_CHECKING:
    from . import types
else:
    types = LazyModule(f"{__package__}.types")

T = TypeVar("T")


class CreatorAudit:
    """A client of the CreatorAudit API v2.

    Args:
        api_key: The key, or a function asked for it before each try (for rotation); the
            environment's `CREATORAUDIT_API_KEY` when absent. `health` and `meta` need none.
        base_url: Where the API is; `CREATORAUDIT_BASE_URL`, else the production server, when
            absent. Must be https, except for loopback.
        allow_http: One host and port, such as `sandbox:8787`, to which plain http is allowed
            nevertheless, never the vendor's; `CREATORAUDIT_ALLOW_HTTP` when absent.
        timeout: Seconds one try may take, from connecting to the last byte of the response, more
            than 0.
        max_retries: Tries after the first, 0 or more.
        retry_budget: Seconds for all tries of one call, their waits and the reading of the body.
        concurrency: Requests in flight at a time, 1 or more, of everything that uses the client:
            lists, batches, breakouts, exports, and calls you make side by side.
        max_wait: Seconds that one request may wait for the rate limit, 0 or more; one that would
            wait longer raises RateLimitedError and is not sent. None waits as long as it takes.
        max_response_bytes: Bytes that a response may have, decompressed; when absent 8 MiB for
            JSON and 64 MiB for other types that were asked for.
        cache: True to keep answers in memory, or a file to keep them in (mode 0600): a GET then
            asks the server whether they changed. Each key has its own.
        http_client: A client of your own, of httpx or httpx2, used as a pipe: its headers, cookies,
            auth and redirects are not used, and closing it stays with you.
        on_event: Called with a `RequestEvent` after each try, for metrics of your own. An exception
            in a hook becomes a RuntimeWarning, and the call goes on.
        on_wait: Called with a `WaitEvent` before a wait of three seconds or more.
        on_drift: Called with a `DriftRecord` when an answer deviates from the contract of this
            release, once per kind and location; nothing is compared when it is absent.

    Raises:
        ConfigurationError: A setting is unusable.

    Example:
        >>> with CreatorAudit() as ca:
        ...     print((ca.whoami()).api_key_name)

    Docs: https://docs.creatoraudit.com/api-reference/introduction
    """

    def __init__(
        self,
        api_key: KeySource = None,
        *,
        base_url: str | None = None,
        allow_http: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 4,
        retry_budget: float = 150.0,
        concurrency: int = 8,
        max_response_bytes: int | None = None,
        cache: types.CacheSetting = None,
        max_wait: float | None = None,
        http_client: types.Client | None = None,
        on_event: types.OnEvent | None = None,
        on_wait: types.OnWait | None = None,
        on_drift: types.OnDrift | None = None,
    ) -> None:
        held = [api_key]
        del api_key
        keys = KeyRing.of(held, awaits=AWAITS)
        log.from_environment()
        settings = Settings(
            timeout=timeout,
            max_retries=max_retries,
            retry_budget=retry_budget,
            concurrency=concurrency,
            max_wait=max_wait,
            max_response_bytes=max_response_bytes,
        )
        self._origin = origin(base_url, allow_http)
        if not self._origin.loopback:
            keys.leave_this_machine()
        self._deprecation = DeprecationNotice()
        self._transport = Transport(self._origin, http_client, settings.max_response_bytes)
        self._cache = _cache(cache, self._origin.url)
        watch = _drift(on_drift)

        def make() -> types.Operations:
            from .._core.events import Hooks
            from .operations import Operations
            from .sender import Sender

            hooks = Hooks(on_event, on_wait, watch)
            sender = Sender(settings, self._transport, keys, cache=self._cache, hooks=hooks)
            return Operations(sender)

        self._make_operations = make

    @classmethod
    def for_organization(
        cls, name: str, *, config: str | types.PathLike[str] | None = None, **settings: Any
    ) -> Self:
        """A client of an organization that `creatoraudit.toml` names.

        Key and base URL are those of the file; the environment's are ignored.

        Args:
            name: Its name in the file.
            config: The file; when absent `creatoraudit.toml` in the current folder, else
                `~/.config/creatoraudit/config.toml`.
            **settings: As for the client itself, but for `api_key` and `base_url`.

        Raises:
            ConfigurationError: There is no such file, organization or key.

        Example:
            >>> ca = CreatorAudit.for_organization("acme", config="creatoraudit.toml")
        """
        from .._core.organizations import Organizations

        for taken in ("api_key", "base_url"):
            if taken in settings:
                raise ConfigurationError(f"{taken} is the organization's; do not pass {taken}=")
        organization = Organizations.load(config)[name]
        organization.key()  # that there is none is said now and not with the first call
        return cls(organization.key, base_url=organization.base_url, **settings)

    @property
    def _operations(self) -> types.Operations:
        """What sends, under one policy. Made by the first call."""
        made: types.Operations | None = self.__dict__.get("_made_operations")
        # Of several threads that come first, one wins: pacing is shared by all of them.
        return made or self.__dict__.setdefault("_made_operations", self._make_operations())

    @cached_property
    def accounts(self) -> types.Accounts:
        """Instagram and TikTok profiles under tracking."""
        from .accounts import Accounts

        return Accounts(self._operations)

    @cached_property
    def videos(self) -> types.Videos:
        """Posts that are tracked one by one."""
        from .videos import Videos

        return Videos(self._operations)

    @cached_property
    def account_videos(self) -> types.AccountVideos:
        """Posts that were found through tracked accounts."""
        from .account_videos import AccountVideos

        return AccountVideos(self._operations)

    @cached_property
    def creators(self) -> types.Creators:
        """Groups of accounts, their links, figures and ranking."""
        from .creators import Creators

        return Creators(self._operations)

    def __repr__(self) -> str:
        # A traceback with local variables may show a client whose settings were refused.
        where = self._origin.url if hasattr(self, "_origin") else "not set up"
        return f"<{type(self).__name__} {where}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client is not pickled: it holds connections and the key; make a new one")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The client cannot be used afterwards."""
        if self._cache is not None:
            self._cache.store.close()
        self._transport.close()

    @overload
    def call(self, operation: types.Operation[T], **arguments: object) -> types.Reply[T]: ...
    @overload
    def call(self, operation: str, **arguments: object) -> types.Reply[object]: ...
    def call(self, operation: types.Operation[Any] | str, **arguments: object) -> types.Reply[Any]:
        """Call any operation of the contract.

        Args:
            operation: From `creatoraudit_api.operations`, or its name, such as `"get_video"`.
            **arguments: The operation's own arguments and body members by name, and any of
                `timeout`, `max_retries`, `retry_budget`, `max_response_bytes`, `extra_headers`,
                `extra_query`, `extra_body`, `idempotency_key`.

        Returns:
            The decoded value with status, headers and request id.

        Raises:
            UsageError: An argument is unknown, missing or out of bounds; nothing was sent.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> reply = ca.call("whoami")
            >>> reply.status
            200
        """
        return self._operations.call(operation, arguments)

    @overload
    def paginate(
        self, operation: types.Operation[types.PageOf[T]], **arguments: object
    ) -> types.Pager[T]: ...
    @overload
    def paginate(self, operation: str, **arguments: object) -> types.Pager[object]: ...
    def paginate(
        self, operation: types.Operation[Any] | str, **arguments: object
    ) -> types.Pager[Any]:
        """Walk the pages of any list operation; nothing is sent before the first iteration.

        Args:
            operation: From `creatoraudit_api.operations`, or its name, such as `"list_videos"`.
            **arguments: As for `call`, and `max_items` to end the walk early.

        Raises:
            UsageError: The operation is not paged, or an argument is wrong.

        Example:
            >>> from creatoraudit_api import operations
            >>> for video in ca.paginate(operations.list_videos, limit=200):
            ...     print(video.id)
        """
        from .pager import paginate

        return paginate(self._operations, operation, arguments)

    @overload
    def batch(
        self, operation: types.Operation[T], ids: Iterable[str] | Iterable[int], **arguments: object
    ) -> types.Parts[types.BatchPart[T]]: ...
    @overload
    def batch(
        self, operation: str, ids: Iterable[str] | Iterable[int], **arguments: object
    ) -> types.Parts[types.BatchPart[object]]: ...
    def batch(
        self, operation: types.Operation[Any] | str, ids: Iterable[Any], **arguments: object
    ) -> types.Parts[types.BatchPart[Any]]:
        """Ask any batch operation about any number of ids.

        The ids are split at the contract's bound, asked once each, and the answers come in order.
        Iterate over it as it is, and nothing runs between two parts; iterate inside `with`,
        and requests stay in flight while you work on a part.

        Args:
            operation: From `creatoraudit_api.operations`, or its name.
            ids: Ids; repeated ones are asked once.
            **arguments: As for `call`; `id_list` chooses the list where the operation takes two,
                and `concurrency` how many requests run side by side (the client's when absent, and
                never more).

        Raises:
            UsageError: The operation is not a batch, or an argument is wrong.
            CreatorAuditError: On iteration, with `done_ids` and `pending_ids`.

        Example:
            >>> for part in ca.batch("batch_video_metrics", ids, period="7d"):
            ...     print(len(part.ids), part.reply.status)
        """
        from .batch import batch

        return batch(self._operations, operation, ids, arguments)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> types.RawResponse:
        """Send a raw request under the client's whole policy: key, pacing, retries, errors.

        `url` is relative to the base URL. This is what lets the generated functions take the client
        itself as their `client=`. A method other than GET is not sent twice unless the generated
        function says that this does no harm.

        Returns:
            The answer: `status_code`, `headers`, `content`, `json()`.
        """
        return self._operations.request(
            method, url, params=params, headers=headers, json=json, extensions=extensions
        )

    def whoami(self, **options: Unpack[types.RequestOptions]) -> types.WhoAmI:
        """Tell which organization and which named key the requests are made with.

        Returns:
            `organization_id` (an opaque string) and `api_key_name`.

        Raises:
            UnauthorizedError: The key is missing or not valid.
            ForbiddenError: The key is disabled or the subscription is not active.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> (ca.whoami()).organization_id

        Docs: https://docs.creatoraudit.com/api-reference/authentication
        """
        from creatoraudit_api import operations

        return (self._operations.invoke(operations.whoami, {}, options)).value.data

    def health(self, **options: Unpack[types.RequestOptions]) -> types.Health:
        """Tell whether the service is alive. Needs no key.

        Returns:
            An open object: nothing is documented of its members.

        Raises:
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> (ca.health()).to_dict()

        Docs: https://docs.creatoraudit.com/api-reference/authentication
        """
        from creatoraudit_api import operations

        return (self._operations.invoke(operations.get_health, {}, options)).value

    def meta(self, **options: Unpack[types.RequestOptions]) -> types.ApiMeta:
        """Tell version and lifecycle state of the API. Needs no key.

        A deprecation or sunset date that is set gives one DeprecationWarning per client.

        Returns:
            `api_version`, `status`, `docs_url`, `openapi_url`, `whoami_url`, `deprecation`,
            `sunset`.

        Raises:
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> (ca.meta()).api_version
            'v2'

        Docs: https://docs.creatoraudit.com/api-reference/versioning
        """
        from creatoraudit_api import operations

        meta = (self._operations.invoke(operations.get_meta, {}, options)).value.data
        self._deprecation.look_at(meta)
        return meta

    def overview(
        self, period: types.Period | None = None, **options: Unpack[types.RequestOptions]
    ) -> types.Overview:
        """Read the headline figures of the organization, with the period before and the change.

        Args:
            period: `"7d"` (the server's default), `"30d"` or `"90d"`.
            **options: See `RequestOptions`.

        Returns:
            `current` and `previous` with the figures, `changes` with their change in percent.

        Raises:
            UsageError: The period is none of the three.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> overview = ca.overview("30d")
            >>> if overview.current:
            ...     print(overview.current.total_views)

        Docs: https://docs.creatoraudit.com/api-reference/overview/organization-overview-stats
        """
        from creatoraudit_api import operations

        arguments = {"period": period}
        return (self._operations.invoke(operations.get_overview, arguments, options)).value.data

    def search(
        self, q: str, *, limit: int | None = None, **options: Unpack[types.RequestOptions]
    ) -> types.SearchResponse:
        """Find accounts by username, creators by name and videos by caption.

        Args:
            q: Text to look for, regardless of case, at most 128 characters. A blank one finds
                nothing.
            limit: Hits per section, 1 to 25; 10 when absent. The server may give fewer:
                `meta.effective_caps` tells.
            **options: See `RequestOptions`.

        Returns:
            `data` with the sections `accounts`, `creators`, `videos`; `meta` with the caps.

        Raises:
            UsageError: The text is too long or the limit out of bounds.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> (ca.search("studio")).data.accounts

        Docs: https://docs.creatoraudit.com/api-reference/search/search-accounts-creators-&-videos
        """
        from creatoraudit_api import operations

        arguments = {"q": q, "limit": limit}
        return (self._operations.invoke(operations.search, arguments, options)).value

    def breakouts(
        self,
        window: int = 7,
        *,
        top: int = 10,
        by: types.RankBy = "views",
        source: types.Source = "account-videos",
        platform: types.Platform | None = None,
        min_views: int | None = None,
        include_partial: bool = False,
        accounts: Iterable[types.UUID | str] | None = None,
        creators: Iterable[types.UUID | str] | None = None,
        categories: Iterable[str] | None = None,
        published_since: types.Day | None = None,
        min_growth: float | None = None,
        via: types.Via = "post",
        on_progress: types.OnProgress | None = None,
        **options: Unpack[types.RequestOptions],
    ) -> types.Breakouts:
        """Find the posts that gained most over the last days.

        Walks the list, asks for the view deltas meanwhile, skips posts without history (and counts
        why) and ranks the rest.

        Args:
            window: Look-back window in days, 1 to 365.
            top: How many posts to return, 1 or more.
            by: `"views"` (the delta), `"growth"` (in relation to the views before) or `"outlier"`
                (in relation to the median of the author's posts).
            source: `"account-videos"`, `"videos"`, or `"both"` (a post in both lists counts once).
            platform: Only posts of this platform.
            min_views: Only posts with at least this `view_count`.
            include_partial: Keep posts whose history is shorter than the window.
            accounts: Only posts of these accounts: ids, `"@name"`, `"tiktok:@name"` or URLs.
            creators: Only posts of accounts that are linked to one of these creators, by id.
            categories: Only posts of accounts with one of these labels.
            published_since: Show only posts from this UTC day or instant on.
            min_growth: Show only posts whose growth is at least this: 0.5 is half as much again.
            via: `"post"`, or `"get"` for a key that may not POST.
            on_progress: Called with a `Progress` as the job goes on.
            **options: See `RequestOptions`; they apply to each request.

        Returns:
            The posts, best first, with the skip counts.

        Raises:
            UsageError: An argument is out of range (nothing was sent), or a handle is tracked on
                more than one platform.
            NotFoundError: No tracked account has one of the handles.
            ContractError: An answer does not keep the contract; there is never a silent zero.
            CreatorAuditError: As described in `creatoraudit.errors`; `resume_cursor` tells how far
                the walk over the list had come (over its first platform's part, if it was split).

        Example:
            >>> for post in ca.breakouts(window=7, top=3):
            ...     print(post.rank, post.video.account_username, post.delta)

        Docs: https://docs.creatoraudit.com/tutorials/viral-posts
        """
        from .._results.breakouts import BreakoutsQuery
        from .breakouts import BreakoutsJob
        from .handles import AccountFilters

        query = BreakoutsQuery(
            window=window,
            top=top,
            by=by,
            source=source,
            platform=platform,
            min_views=min_views,
            include_partial=include_partial,
            published_since=published_since,
            min_growth=min_growth,
        )
        filters = AccountFilters.of(accounts, creators, categories)
        job = BreakoutsJob(self._operations, query, via, options, on_progress, filters=filters)
        return job.run()


def _cache(setting: types.CacheSetting, base_url: str) -> types.Cache | None:
    if setting is None or plain(setting) is False:
        return None
    from .._core.cache import Cache

    return Cache.of(setting, base_url)


def _drift(on_drift: types.OnDrift | None) -> types.DriftWatch | None:
    if on_drift is None:
        return None
    from .._core.drift import DriftWatch

    return DriftWatch(on_drift)
