"""A program of somebody who installed the wheel; `nox -s package` has mypy --strict read it.

An `ignore` here pins that wrong use is an error: mypy reports the comment if it is not needed.
"""

from __future__ import annotations

from typing import assert_type

from creatoraudit import (
    APIError,
    AsyncCreatorAudit,
    Breakout,
    Breakouts,
    CreatorAudit,
    CreatorAuditError,
)


def digest(ca: CreatorAudit) -> list[tuple[str, int]]:
    result = ca.breakouts(window=7, top=10, by="growth")
    assert_type(result, Breakouts)
    return [(post.video.id, post.delta) for post in result]


def wrong(ca: CreatorAudit) -> None:
    ca.breakouts(window="a week")  # type: ignore[arg-type]
    ca.breakouts(by="luck")  # type: ignore[arg-type]


async def first(ca: AsyncCreatorAudit) -> Breakout | None:
    try:
        result = await ca.breakouts(top=1)
    except APIError as error:
        assert_type(error.status, int)
        assert_type(error.code, str | None)
        return None
    except CreatorAuditError as error:
        assert_type(error.resume_cursor, str | None)
        raise
    assert_type(result, Breakouts)
    return next(iter(result), None)
