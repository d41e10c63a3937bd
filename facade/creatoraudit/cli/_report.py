"""`--html` and `--markdown`: what breakouts and digest can be handed on as.

A page is written whole or not at all. What is in it is decided in `creatoraudit.report`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from .._core.files import replace
from . import _output, _safe
from ._output import Output

if TYPE_CHECKING:
    from creatoraudit import Breakouts, CreatorAudit
    from creatoraudit.report import Digest, Provenance

_OPTIONS = (
    click.option(
        "--html",
        metavar="FILE",
        help="Also write a page to hand on: one file that loads nothing and runs nothing. A file of"
        " that name is replaced.",
    ),
    click.option(
        "--markdown",
        is_flag=True,
        help="Print Markdown for a chat tool in place of the table.",
    ),
)


@frozen
class Reports:
    """What the options ask for besides, or in place of, the rows."""

    page: Path | None
    markdown: bool

    def provenance(self, ca: CreatorAudit, to: Output, organization: str | None) -> Provenance:
        """Whose figures these are, asked of the server where the output says so."""
        from creatoraudit import CreatorAuditError
        from creatoraudit.report import Provenance
        from creatoraudit_api import operations

        if self.page is None and not self.markdown and to.form != "json":
            return Provenance(organization)
        try:
            return Provenance.of(ca.call(operations.whoami), organization)
        except CreatorAuditError:  # the figures are there, and worth showing without it
            return Provenance(organization)

    def deliver(
        self, result: Breakouts | Digest, provenance: Provenance, rows: Callable[[], None]
    ) -> None:
        """Write the page, then print the Markdown or, by calling `rows`, the rows.

        Raises:
            click.ClickException: The page could not be written; a file that was there still is.
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
    """Give a command both options, under `output_options`; it gets them as `reports`.

    Whatever would keep a page from being written is found here, before anything is asked.
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

    given: Callable[..., object] = with_reports
    for option in reversed(_OPTIONS):
        given = option(given)
    return given


def _checked(name: str) -> Path:
    """The file a page will go to.

    Raises:
        click.UsageError: No page can be written there.
    """
    shown = _safe.line(name)
    if name in ("", "-"):
        raise click.UsageError("--html needs the name of a file; standard output has the table")
    try:
        # A link stays, and what it leads to is replaced.
        path = Path(name).resolve()
        if path.is_dir():
            problem = "is a folder; name a file, such as report.html"
        elif path.exists() and not path.is_file():
            problem = "is not a regular file; name one, such as report.html"
        elif not path.parent.is_dir():
            problem = "is in a folder that does not exist; make it first"
        else:
            # The only way to know, whatever the system's idea of permissions is.
            with tempfile.TemporaryFile(dir=path.parent):
                return path
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); name another file"
    raise click.UsageError(f"--html {shown} {problem}")
