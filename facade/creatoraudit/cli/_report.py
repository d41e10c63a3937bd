"""The options `--html` and `--markdown` of breakouts and digest.

A page is written completely or not at all. `creatoraudit.report` makes its content.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from .._core.files import replace
from . import _output, _safe
from ._click import together
from ._output import Output

if TYPE_CHECKING:
    from creatoraudit import Breakouts, CreatorAudit
    from creatoraudit.report import Digest, Provenance

_PAGE = re.compile(rb'<!doctype html>.*<meta name="generator" content="creatoraudit ', re.DOTALL)
_options = together(
    click.option(
        "--html",
        metavar="FILE",
        help="Also write a page to hand on: one file that loads nothing and runs nothing. It"
        " replaces an earlier page, but no other file.",
    ),
    click.option(
        "--markdown",
        is_flag=True,
        help="Print Markdown for a chat tool in place of the table.",
    ),
)


@frozen
class Reports:
    """The requested reports, in addition to the rows or instead of them."""

    page: Path | None
    markdown: bool

    def provenance(self, ca: CreatorAudit, to: Output, organization: str | None) -> Provenance:
        """The organization of the figures, requested from the server if the output names it."""
        from creatoraudit import CreatorAuditError
        from creatoraudit.report import Provenance

        if self.page is None and not self.markdown and to.form != "json":
            return Provenance(organization)
        try:
            return Provenance.of(ca.call("whoami"), organization)
        except CreatorAuditError:  # the figures are useful without it
            return Provenance(organization)

    def deliver(
        self, result: Breakouts | Digest, provenance: Provenance, rows: Callable[[], None]
    ) -> None:
        """Write the page, then print the Markdown or, by calling `rows`, the rows.

        Raises:
            click.ClickException: The page cannot be written. An existing file is unchanged.
        """
        if self.page is not None:
            from creatoraudit.report import render_html

            try:
                replace(self.page, render_html(result, provenance=provenance).encode())
            except OSError as error:
                raise click.ClickException(
                    f"{_safe.line(str(self.page))} was not written: {error.strerror}"
                ) from None
            click.echo(f"wrote {_safe.line(str(self.page))}", err=True)
        if not self.markdown:
            rows()
            return
        from creatoraudit.report import render_markdown

        _output.write(render_markdown(result, provenance=provenance).encode())


def report_options(command: Callable[..., object]) -> Callable[..., object]:
    """Add both options to a command, below `output_options`. It receives them as `reports`.

    A page that cannot be written is reported here, before anything is sent.
    """

    @wraps(command)
    def with_reports(
        *args: object, html: str | None, markdown: bool, to: Output, **others: object
    ) -> object:
        if markdown and to != Output("table", "plain", ()):
            raise click.UsageError(
                "--markdown does not go with --format, --fields, --raw or --excel"
            )
        page = None if html is None else _checked(html)
        return command(*args, to=to, reports=Reports(page, markdown), **others)

    return _options(with_reports)


def _checked(name: str) -> Path:
    """Check the file for a page.

    Raises:
        click.UsageError: No page can be written there.
    """
    shown = _safe.line(name)
    if name in ("", "-"):
        raise click.UsageError("--html needs the name of a file; standard output has the table")
    try:
        # A link stays, and its target is replaced; `resolve` raises if it leads around.
        path = Path(os.path.realpath(name))
        if path.is_dir():
            problem = "is a folder; name a file, such as report.html"
        elif path.exists() and not path.is_file():
            problem = "is not a regular file; name one, such as report.html"
        elif not path.parent.is_dir():
            problem = "is in a folder that does not exist; make it first"
        else:
            # Trying is the only reliable check of permissions.
            with tempfile.TemporaryFile(dir=path.parent):
                _output.check_ours("--html", path, "a page of this command", _PAGE)
                return path
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); name another file"
    raise click.UsageError(f"--html {shown} {problem}")
