"""Warns once if the API version has a deprecation or sunset date."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from .text import one_line

if TYPE_CHECKING:
    from creatoraudit_api.models import ApiMeta


class DeprecationNotice:
    """Warns once per client."""

    def __init__(self) -> None:
        self._given = False

    def look_at(self, meta: ApiMeta) -> None:
        """Warn when the metadata carry a deprecation or sunset date."""
        dates = {"deprecation": meta.deprecation, "sunset": meta.sunset}
        said = [f"{name} {one_line(str(at), 60)}" for name, at in dates.items() if at is not None]
        if said and not self._given:
            self._given = True
            warnings.warn(
                f"this version of the CreatorAudit API announces: {', '.join(said)}",
                DeprecationWarning,
                stacklevel=3,
            )
