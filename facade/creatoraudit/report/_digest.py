"""The digest of a period: headline figures compared with the period before, and top creators.

The API documents only the id of a top creator. Figures are therefore recognised by the names that
the API documents for figures elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from attrs import frozen

from creatoraudit_api import models
from creatoraudit_api.types import JSON, html_table

from ._words import LONGEST_NAME, change, count, number, shown, text

FIGURES: Mapping[str, str] = {
    "total_views": "Views",
    "engagement_rate": "Engagement rate",
    "active_accounts": "Active accounts",
    "account_videos": "Posts of tracked accounts",
    "tracked_videos": "Posts tracked one by one",
}
CREATOR_FIGURES: Mapping[str, str] = {
    "views": "Views",
    "total_views": "Total views",
    "view_count": "View count",
    "plays": "Plays",
    "likes": "Likes",
    "comments": "Comments",
    "shares": "Shares",
    "engagement": "Engagement",
    "engagement_rate": "Engagement rate",
    "followers": "Followers",
    "total_followers": "Total followers",
}


@frozen
class Figure:
    """A headline figure.

    Attributes:
        name: The API's name for it.
        current: Its value in the period; None if it is missing or not a number.
        previous: Its value in the period before.
        change_pct: The change in percent, as the API returns it.
    """

    name: str
    current: float | None
    previous: float | None
    change_pct: float | None


@frozen
class Ranked:
    """A top creator: its rank, name and figures."""

    rank: int
    id: str | None
    name: str | None
    figures: Mapping[str, float]


@frozen
class Digest:
    """The headline figures of a period, and its top creators.

    Attributes:
        period: `7d`, `30d` or `90d`.
        overview: Result of `overview` for the period.
        creators: Result of `creators.top` for the period, best first.

    Example:
        >>> Digest("7d", ca.overview("7d"), ca.creators.top("7d", limit=5)).figures[0].current
    """

    period: str
    overview: models.Overview
    creators: Sequence[models.TopCreator]

    @property
    def days(self) -> int:
        """The length of the period."""
        return int(self.period.removesuffix("d"))

    def covers(self, now: dt.datetime) -> tuple[dt.date, dt.date]:
        """The first and the last UTC day that the period may cover.

        It ends at `now`. Whether the API counts the days from midnight is not documented.
        """
        last = now.astimezone(dt.UTC).date()
        return last - dt.timedelta(days=self.days), last

    @property
    def figures(self) -> Sequence[Figure]:
        """The documented figures, each with its previous value and change."""
        now, before, changes = self.overview.current, self.overview.previous, self.overview.changes
        return [
            Figure(
                name=name,
                current=number(getattr(now, name, None)),
                previous=number(getattr(before, name, None)),
                change_pct=number(getattr(changes, f"{name}_pct", None)),
            )
            for name in FIGURES
        ]

    @property
    def ranked(self) -> Sequence[Ranked]:
        """The creators in the order of the response, which is their rank."""
        return [
            Ranked(rank, text(creator.id), text(creator.additional_properties.get("name")), known)
            for rank, creator in enumerate(self.creators, 1)
            for known in (_figures(creator.additional_properties),)
        ]

    @property
    def creator_figures(self) -> Sequence[str]:
        """Names of the figures that at least one creator has."""
        found = {name for creator in self.ranked for name in creator.figures}
        return [name for name in CREATOR_FIGURES if name in found]

    def __repr__(self) -> str:
        figures = [
            f"{FIGURES[one.name]} {count(one.current)} ({change(one.change_pct)})"
            for one in self.figures
            if one.current is not None
        ]
        return f"<Digest of {self.period}: {', '.join(figures) or 'no figures'}>"

    def _repr_html_(self) -> str:
        figures = [
            (FIGURES[one.name], count(one.current), count(one.previous), change(one.change_pct))
            for one in self.figures
        ]
        creators = [
            (one.rank, shown(one.name or one.id, LONGEST_NAME), *map(count, self._figures_of(one)))
            for one in self.ranked
        ]
        names = [CREATOR_FIGURES[name] for name in self.creator_figures]
        return html_table(
            f"Digest of {self.period}", figures, ("", "Now", "Before", "Change")
        ) + html_table("Top creators", creators, ("Rank", "Creator", *names))

    def _figures_of(self, creator: Ranked) -> Iterator[float | None]:
        return (creator.figures.get(name) for name in self.creator_figures)

    def to_dict(self) -> dict[str, JSON]:
        """Plain data, ready for JSON, including everything that the server sent."""
        creators = [creator.to_dict() for creator in self.creators]
        return {
            "period": self.period,
            "overview": self.overview.to_dict(),
            "top_creators": cast("list[JSON]", creators),
        }


def _figures(members: Mapping[str, JSON]) -> Mapping[str, float]:
    figures = ((name, number(members.get(name))) for name in CREATOR_FIGURES)
    return {name: figure for name, figure in figures if figure is not None}
