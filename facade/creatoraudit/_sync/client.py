# Derived from ../_async/client.py by scripts/unasync.py; change that file instead.
"""The client, which holds the settings and gives access to every operation.

Resources, ranking and the cache are imported on first use, and the sender with the first call, so
that creating a client costs little more than creating an HTTP client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, Unpack, overload

from .._core import log
from .._core.arguments import plain
from .._core.config import Settings, origin
from .._core.deprecation import DeprecationNotice
from .._core.key import KeyRing, KeySource
from .._core.lazy import LazyModule
from ..errors import ConfigurationError
from .io import AWAITS
from .transport import Transport

if TYPE_CHECKING:
    from . import types
else:
    types = LazyModule(f"{__name__.rpartition('.')[0]}.types")

T = TypeVar("T")


class CreatorAudit:
    """A client for the CreatorAudit API v2.

    Args:
        api_key: The key, or a function that returns it before each try (for rotation). Defaults to
            the environment variable `CREATORAUDIT_API_KEY`. `health` and `meta` need no key.
        base_url: URL of the API. Defaults to `CREATORAUDIT_BASE_URL`, then to the production
            server. Must be https, except for loopback.
        allow_http: One host and port, such as `sandbox:8787`, that may be reached over plain http.
            The vendor's hosts are refused. Defaults to `CREATORAUDIT_ALLOW_HTTP`.
        timeout: Seconds one try may take, from connecting to the last byte of the response, more
            than 0.
        max_retries: Number of tries after the first, 0 or more.
        retry_budget: Seconds for all tries of one call, including back-off and reading the body.
        concurrency: Number of requests in flight at a time, 1 or more. Everything that uses the
            client shares it: lists, batches, breakouts, exports, and calls you make side by side.
        max_wait: Seconds that one request may wait for the rate limit, 0 or more. A request that
            would wait longer is not sent and raises RateLimitedError. None means no limit.
        max_response_bytes: Largest response in bytes, decompressed. Defaults to 8 MiB for JSON and
            64 MiB for other requested types.
        cache: True to cache responses in memory, or the path of a cache file (mode 0600). A GET
            then asks the server whether its response changed. Each key has its own cache.
        http_client: Your own httpx or httpx2 client, used only as a transport: its headers,
            cookies, auth and redirects are ignored, and you close it yourself.
        on_event: Called with a `RequestEvent` after each try, for your own metrics. An exception
            in a hook becomes a RuntimeWarning, and the call continues.
        on_wait: Called with a `WaitEvent` before a wait of three seconds or more.
        on_drift: Called with a `DriftRecord` when a response deviates from the contract of this
            release, once per kind and location. By default nothing is compared.

    Raises:
        ConfigurationError: A setting cannot be used.

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
        self._origin = origin(base_url, allow_http)
        settings = Settings.of(
            timeout=timeout,
            max_retries=max_retries,
            retry_budget=retry_budget,
            concurrency=concurrency,
            max_wait=max_wait,
            max_response_bytes=max_response_bytes,
            base_url_place=self._origin.place,
        )
        if not self._origin.loopback:
            keys.leave_this_machine()
        self._deprecation = DeprecationNotice()
        self._transport = Transport(self._origin, http_client, settings.max_response_bytes)
        self._cache = _cache(cache, self._origin.url)

        def make() -> types.Operations:
            from .._core.events import Hooks
            from .operations import Operations
            from .sender import Sender

            hooks = Hooks(on_event, on_wait, on_drift)
            sender = Sender(settings, self._transport, keys, cache=self._cache, hooks=hooks)
            return Operations(sender)

        self._make_operations = make

    @classmethod
    def for_organization(
        cls, name: str, *, config: str | types.PathLike[str] | None = None, **settings: Any
    ) -> Self:
        """Create a client for an organization that `creatoraudit.toml` names.

        The file gives the key and the base URL; environment variables are ignored.

        Args:
            name: Name of the organization in the file.
            config: Path of the file. Defaults to `creatoraudit.toml` in the current folder, then to
                `~/.config/creatoraudit/config.toml`.
            **settings: Arguments of the client, except `api_key` and `base_url`.

        Raises:
            ConfigurationError: The file, the organization or its key is missing.

        Example:
            >>> ca = CreatorAudit.for_organization("acme", config="creatoraudit.toml")
        """
        from .._core.organizations import Organizations

        for taken in ("api_key", "base_url"):
            if taken in settings:
                raise ConfigurationError(
                    f"{taken} comes from the organization; do not pass {taken}="
                )
        organization = Organizations.load(config)[name]
        organization.key()  # fails here, not on the first call, if the key is missing
        return cls(organization.key, base_url=organization.base_url, **settings)

    @property
    def _operations(self) -> types.Operations:
        """The operations, which share one sender. Created by the first call."""
        made: types.Operations | None = self.__dict__.get("_made_operations")
        # If several threads get here first, one wins, because all of them must share the pacing.
        return made or self.__dict__.setdefault("_made_operations", self._make_operations())

    @cached_property
    def accounts(self) -> types.Accounts:
        """Tracked Instagram and TikTok profiles."""
        from .accounts import Accounts

        return Accounts(self._operations)

    @cached_property
    def videos(self) -> types.Videos:
        """Individually tracked posts."""
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
        raise TypeError(
            "a client cannot be pickled: it holds connections and the key; create a new one"
        )

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
            self._cache.close()
        self._transport.close()

    @overload
    def call(self, operation: types.Operation[T], **arguments: object) -> types.Reply[T]: ...
    @overload
    def call(self, operation: str, **arguments: object) -> types.Reply[object]: ...
    def call(self, operation: types.Operation[Any] | str, **arguments: object) -> types.Reply[Any]:
        """Call any operation of the contract.

        Args:
            operation: From `creatoraudit_api.operations`, or its name, such as `"get_video"`.
            **arguments: The operation's arguments and body members by name, and any of
                `timeout`, `max_retries`, `retry_budget`, `max_response_bytes`, `extra_headers`,
                `extra_query`, `extra_body`, `idempotency_key`.

        Returns:
            The decoded value together with status, headers and request id.

        Raises:
            UsageError: An argument is unknown, missing or out of bounds. Nothing was sent.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> reply = ca.call("whoami")
            >>> reply.status
            200
        """
        return self._operations.call(operation, arguments)

    def download(
        self,
        operation: types.Operation[Any] | str,
        path: str | types.PathLike[str],
        *,
        overwrite: bool = False,
        max_bytes: int | None = None,
        **arguments: object,
    ) -> types.Downloaded:
        """Stream the response of any operation into a file.

        The file appears when it is complete. Until then its bytes are in a temporary file in the
        same folder, which only you can read and which is removed when the download fails. A
        download that breaks is retried from the beginning. The cache is not used.

        `timeout` limits the wait for the response, and then each wait for more of the body; a
        large body may take as long as it needs, and `retry_budget` does not count that time.

        Args:
            operation: From `creatoraudit_api.operations`, or its name. Its declared media type does
                not matter: the bytes are written as they come, decompressed.
            path: The file to write, in a folder that exists.
            overwrite: Whether to replace a file that exists.
            max_bytes: Bytes that the file may have, decompressed, 1 or more; no bound when None.
            **arguments: As for `call`, except `max_response_bytes`.

        Returns:
            The path, with size, media type, headers and request id.

        Raises:
            UsageError: The file exists, `path` is a folder, or an argument is wrong.
            OSError: The file cannot be written.
            ContractError: The body is larger than `max_bytes`, or repeats the API key.
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> saved = ca.download("list_videos", "videos.json", overwrite=True, limit=50)
            >>> print(saved.path, saved.media_type)
            videos.json application/json
        """
        return self._operations.download(
            operation, path, arguments, overwrite=overwrite, max_bytes=max_bytes
        )

    @overload
    def paginate(
        self, operation: types.Operation[types.PageOf[T]], **arguments: object
    ) -> types.Pager[T]: ...
    @overload
    def paginate(self, operation: str, **arguments: object) -> types.Pager[object]: ...
    def paginate(
        self, operation: types.Operation[Any] | str, **arguments: object
    ) -> types.Pager[Any]:
        """Iterate over any list operation, page by page. Nothing is sent until you iterate.

        Args:
            operation: From `creatoraudit_api.operations`, or its name, such as `"list_videos"`.
            **arguments: Same as for `call`, and `max_items` to stop early.

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
        """Call any batch operation for any number of ids.

        The ids are split into requests of the size that the contract allows, and the responses
        come in order. If you iterate over the result directly, no request runs between two parts.
        Inside `with`, requests stay in flight while you work on a part.

        Args:
            operation: From `creatoraudit_api.operations`, or its name.
            ids: Ids. Each is sent once, even if repeated.
            **arguments: Same as for `call`. `id_list` chooses the list if the operation takes two.
                `concurrency` is the number of requests side by side; it defaults to the client's,
                which is also the most.

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
        body: Any = None,
        files: Any = None,
        data: Any = None,
        content: Any = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> types.RawResponse:
        """Send a raw request with the client's key, pacing, retries and errors.

        `url` is relative to the base URL. Because of this method you can pass the client as
        `client=` to the generated functions. A method other than GET is retried only if the
        generated function says that this does no harm.

        Args:
            method: Such as "POST".
            url: A path below the base URL, beginning with a slash.
            params: The query.
            headers: Headers; a Content-Type of yours replaces the one that fits the body.
            json: A body to send as JSON, unless it is None.
            body: A body as for `call`: any JSON value, text, bytes or a binary file, unless it is
                None.
            files: Files of a multipart form, by name: bytes, paths or binary files.
            data: Fields of a form, by name.
            content: Text or bytes; the same as `body`.
            extensions: What a generated function says about its operation.

        Returns:
            The response: `status_code`, `headers`, `content`, `json()`.

        Raises:
            UsageError: The URL is not such a path, or two bodies were passed.
            CreatorAuditError: As described in `creatoraudit.errors`.
        """
        return self._operations.request(
            method,
            url,
            params=params,
            headers=headers,
            bodies={"json": json, "body": body, "files": files, "data": data, "content": content},
            extensions=extensions,
        )

    def whoami(self, **options: Unpack[types.RequestOptions]) -> types.WhoAmI:
        """Read which organization and which named key your requests use.

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
        """Check whether the service is up. Needs no key.

        Returns:
            An object whose members are not documented.

        Raises:
            CreatorAuditError: As described in `creatoraudit.errors`.

        Example:
            >>> (ca.health()).to_dict()

        Docs: https://docs.creatoraudit.com/api-reference/authentication
        """
        from creatoraudit_api import operations

        return (self._operations.invoke(operations.get_health, {}, options)).value

    def meta(self, **options: Unpack[types.RequestOptions]) -> types.ApiMeta:
        """Read the version and lifecycle state of the API. Needs no key.

        If a deprecation or sunset date is set, the client issues one DeprecationWarning.

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
        """Read the headline figures of the organization and compare them with the period before.

        Args:
            period: `"7d"` (the server's default), `"30d"` or `"90d"`.
            **options: See `RequestOptions`.

        Returns:
            `current` and `previous` with the figures, and `changes` with the changes in percent.

        Raises:
            UsageError: The period is not one of the three.
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
            q: Text to look for, regardless of case, at most 128 characters. A blank text finds
                nothing.
            limit: Hits per section, 1 to 25. Defaults to 10. The server may apply a lower cap; see
                `meta.effective_caps`.
            **options: See `RequestOptions`.

        Returns:
            `data` with the sections `accounts`, `creators` and `videos`; `meta` with the caps.

        Raises:
            UsageError: The text is too long, or the limit is out of bounds.
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
        """Find the posts that gained the most views over the last days.

        Lists the posts, fetches their view deltas, skips posts without history (and counts them by
        reason) and ranks the rest.

        Args:
            window: Look-back window in days, 1 to 365.
            top: Number of posts to return, 1 or more.
            by: `"views"` (the delta), `"growth"` (the delta relative to the views before) or
                `"outlier"` (the delta relative to the median of the author's posts).
            source: `"account-videos"`, `"videos"`, or `"both"` (a post in both lists counts once).
            platform: Only posts of this platform.
            min_views: Only posts with at least this `view_count`.
            include_partial: Keep posts whose history is shorter than the window.
            accounts: Only posts of these accounts: ids, `"@name"`, `"tiktok:@name"` or URLs.
            creators: Only posts of accounts that are linked to one of these creators (ids).
            categories: Only posts of accounts in one of these categories.
            published_since: Return only posts published on or after this UTC day or instant.
            min_growth: Return only posts with at least this growth; 0.5 means 50 % more views.
            via: `"post"`, or `"get"` for a key that may not POST.
            on_progress: Called with a `Progress` while the job runs.
            **options: See `RequestOptions`. They apply to each request.

        Returns:
            The posts, best first, with the skip counts.

        Raises:
            UsageError: An argument is out of range (nothing was sent), or a handle is tracked on
                more than one platform.
            NotFoundError: No tracked account has one of the handles or categories, a creator does
                not exist, or none of the posts is of an account that exists.
            ContractError: A response does not follow the contract. A missing figure is never 0.
            CreatorAuditError: As described in `creatoraudit.errors`. `resume_cursor` says how far
                the list was read (of its first platform, if the list was split by platform).

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
