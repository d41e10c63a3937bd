"""Where the figures of a report come from: whose they are, and whether they are made up."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime

from attrs import frozen

from creatoraudit_api import models
from creatoraudit_api.types import JSON

from .._core.response import Reply
from ..errors import UsageError
from . import _words

#: The local sandbox sends this header.
_SANDBOX = "x-sandbox"
MADE_UP = "Made up: these figures come from a sandbox, not from real accounts."


@frozen
class Provenance:
    """Whose figures a report shows, as of when, and whether they are made up.

    Attributes:
        organization: Your name for the organization, such as that in `creatoraudit.toml`.
        organization_id: Id of the organization that the key belongs to.
        api_key_name: Name of the key.
        as_of: The server's time.
        made_up: Whether the figures come from a sandbox.

    Example:
        >>> about = Provenance.of(ca.call("whoami"))
        >>> page = render_html(ca.breakouts(), provenance=about)
    """

    organization: str | None = None
    organization_id: str | None = None
    api_key_name: str | None = None
    as_of: dt.datetime | None = None
    made_up: bool = False

    @classmethod
    def of(cls, reply: Reply[object], organization: str | None = None) -> Provenance:
        """The provenance that the response of `ca.call("whoami")` tells.

        Raises:
            UsageError: It is the response of another operation.
        """
        if not isinstance(reply.value, models.WhoAmIEnvelope):
            raise UsageError('the provenance is told by ca.call("whoami")')
        me = reply.value.data
        return cls(
            organization,
            _words.text(me.organization_id),
            _words.text(me.api_key_name),
            _moment(reply.headers.get("date")),
            _SANDBOX in reply.headers,
        )

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Labels and cleaned values of what is known of the organization and the key."""
        names = (
            ("organization", self.organization),
            ("organization id" if self.organization else "organization", self.organization_id),
            ("key", self.api_key_name),
        )
        return [(label, _words.shown(text, _words.LONGEST_NAME)) for label, text in names if text]

    def to_dict(self) -> dict[str, JSON]:
        """Plain data, ready for JSON."""
        return {
            "organization": self.organization,
            "organization_id": self.organization_id,
            "api_key_name": self.api_key_name,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "made_up": self.made_up,
        }


def _moment(date: str | None) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(date or "").astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
