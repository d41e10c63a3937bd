"""A small document with an example of everything: its generated files and what they do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.checkout import Checkout, mini_document

GOLDEN = Path(__file__).parent / "golden"
PINNED = (
    "operations.py",
    "models/__init__.py",
    "models/price.py",
    "models/widget.py",
    "models/widget_input.py",
    "models/widget_size.py",
    "api/widget_shop/get_widgets.py",
    "api/widget_shop/post_widgets.py",
    "api/prices/post_widgets_prices.py",
)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The document's package, which no test changes."""
    checkout = Checkout(tmp_path_factory.mktemp("mini") / "checkout")
    checkout.data("overlay.json", {"dropped_headers": ["If-None-Match"]})
    checkout.with_contract(mini_document(), names={"operations": {}})
    ran = checkout.regenerate()
    assert ran.code == 0, ran.err
    return checkout


def test_the_templates_give_these_very_bytes(generated: Checkout) -> None:
    """UPDATE_GOLDEN=1 writes the files anew; then read the diff before committing it."""
    for name in PINNED:
        fresh = (generated.package / name).read_text(encoding="utf-8")
        golden = GOLDEN / f"{name}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(fresh, encoding="utf-8")
        assert golden.read_text(encoding="utf-8") == fresh, name


def test_every_construct_decodes_and_comes_out_again(generated: Checkout) -> None:
    code = """
from creatoraudit_api.models import Price, Widget
price = {"amount": 1, "seen_at": "2026-03-01T00:00:00Z", "previous": None}
sent = {
    "id": "w", "color": "green", "type": "other", "size": 8, "mixed": 1, "anything": [1],
    "maker": {"name": "m", "best": {"id": "w2", "color": "Red", "maker": None}},
    "parts": [None, {"id": "w3", "color": "red"}], "grid": [[price], []],
    "prices": {"eur": {**price, "previous": price}}, "stamps": {"a": "2026-03-01T00:00:00Z"},
    "either": price, "sent_members": 5, "not an identifier": "x", "class": "c", "more": {},
    "get": "g", "get_": "h", "toDict": "t",
}
widget = Widget.from_dict(sent)
assert widget.to_dict() == sent
assert widget.parts[1].color == "red" and widget.parts[0] is None
assert widget.grid[0][0].seen_at.tzinfo and widget.stamps["a"].year == 2026
assert widget.prices["eur"].previous.amount == 1
assert isinstance(widget.either, Price)
assert (widget.get_, widget.get__, widget.to_dict_) == ("g", "h", "t")
assert dict(widget) == sent and widget.get("toDict") == "t" and widget.get("gone", 1) == 1
assert widget.sent_members_ == 5 and widget.not_an_identifier == "x" and widget.class_ == "c"
for either in ("text", [{"id": "w", "color": "c"}], {"amount": 1}, 7, None):
    again = Widget.from_dict({"id": "w", "color": "c", "either": either})
    assert again.to_dict()["either"] == either
    assert isinstance(again.either, list) is isinstance(either, list)
print("done")
"""
    assert generated.python(code) == "done"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ('{"id": "w", "color": "c", "prices": []}', "TypeError"),
        ('{"id": "w", "color": "c", "grid": [{}]}', "TypeError"),
        ('{"id": "w", "color": "c", "parts": ["x"]}', "TypeError"),
        ('{"id": "w", "color": "c", "maker": []}', "TypeError"),
        ('{"id": "w", "color": "c", "prices": {"eur": {"amount": 1}}}', "KeyError"),
        ('{"id": "w"}', "KeyError"),
    ],
)
def test_wrong_containers_and_missing_members_are_refused(
    generated: Checkout, sent: str, error: str
) -> None:
    code = f"""
import json
from creatoraudit_api.models import Widget
try:
    Widget.from_dict(json.loads({sent!r}))
except (TypeError, KeyError) as error:
    print(type(error).__name__)
"""
    assert generated.python(code) == error


def test_what_is_sent_is_what_the_document_says(generated: Checkout) -> None:
    code = """
import datetime
from creatoraudit_api.models import PriceInput, WidgetInput
from creatoraudit_api.operations import OPERATIONS as all
day = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
sent = all["get_widgets"].get_kwargs(fields=["a", "b"], since=day, from_=day.date(), x_trace="t")
print(sent["params"], sent["headers"], sep=chr(10))
body = WidgetInput(
    id="w", color="red", maker=None, class_="c",
    grid=[[PriceInput(amount=1, seen_at=day, previous=None)]],
)
sent = all["post_widgets"].get_kwargs(body=body)
grid = sent["json"].pop("grid")
print(sent["json"], grid, sent["headers"], sep=chr(10))
print("json" in all["post_widgets_prices"].get_kwargs(), all["post_widgets_prices"].batch_size)
"""
    assert generated.python(code).splitlines() == [
        "{'fields': 'a,b', 'since': '2026-03-01T00:00:00Z', 'from': '2026-03-01'}",
        "{'X-Trace': 't'}",
        "{'id': 'w', 'color': 'red', 'maker': None, 'class': 'c'}",
        "[[{'amount': 1, 'seen_at': '2026-03-01T00:00:00Z', 'previous': None}]]",
        "{'Content-Type': 'application/merge-patch+json'}",
        "False 30",
    ]


def test_each_success_status_is_decoded_as_declared(generated: Checkout) -> None:
    code = """
from creatoraudit_api.operations import OPERATIONS as all
widget = {"id": "w", "color": "c"}
post = all["post_widgets"]
print(*(type(post.decode(s, widget)).__name__ for s in (201, 202, 203)))
print(all["delete_widgets_by_widget_id"].decode(204, None))
print(all["get_widgets_by_widget_id"].decode(200, {"free": "form"}))
price = {"amount": 1, "seen_at": "x", "previous": None}
print(all["post_widgets_prices"].decode(200, [{"eur": price}])[0]["eur"].seen_at)
"""
    assert generated.python(code).splitlines() == [
        "Widget PostWidgetsResponse dict",
        "None",
        "{'free': 'form'}",
        "x",
    ]
