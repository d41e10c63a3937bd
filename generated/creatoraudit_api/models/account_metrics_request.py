from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..types import JSON, UNSET, Unset, WriteModel

if TYPE_CHECKING:
    from .metrics_period import MetricsPeriod


@_define(kw_only=True)
class AccountMetricsRequest(WriteModel):
    """Accounts and period to add up."""

    account_ids: Sequence[str]
    period: MetricsPeriod | str | Unset = UNSET
    start_date: datetime.date | str | None | Unset = UNSET
    end_date: datetime.date | str | None | Unset = UNSET
    additional_properties: dict[str, JSON] = _field(factory=dict)

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("account_ids", "account_ids"),
        ("period", "period"),
        ("start_date", "start_date"),
        ("end_date", "end_date"),
    )
