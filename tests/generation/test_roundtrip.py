"""Every operation that regeneration accepts can be called, against a recording server."""

from __future__ import annotations

import json
from pathlib import Path

import creatoraudit_api
from creatoraudit_api.operations import OPERATIONS
from support import roundtrip

CONTRACT = Path(creatoraudit_api.__path__[0]) / "openapi.json"


def test_every_operation_sends_what_it_was_given() -> None:
    total, wrong = roundtrip.run(json.loads(CONTRACT.read_text(encoding="utf-8")))
    assert wrong == {}
    assert total == len(OPERATIONS) == 30
