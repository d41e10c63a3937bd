"""The parts of the contract checks: walks, members, URLs, facts, reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
import requests
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import JsonSchemaError, MissingHeaders

from creatoraudit._core.contract import deviations
from creatoraudit.contract import (
    Facts,
    Finding,
    Outcome,
    _facts,
    _members,
    _presence,
    _reports,
    _walk,
)
from creatoraudit.contract._address import shown
from creatoraudit.contract._failures import explain
from creatoraudit.contract._run import unfinished

VIDEOS = "GET /videos"


def walk(*pages: Any) -> list[_walk.Flaw]:
    """The flaws of a list whose pages are these, in the order they are asked for."""
    left = iter(pages)

    def ask(query: Mapping[str, str]) -> tuple[int, Any]:
        assert query["limit"] == "3"
        page = next(left)
        return (page, None) if isinstance(page, int) else (200, page)

    return list(_walk.flaws(ask))


def page(ids: str, cursor: object = None, **members: object) -> dict[str, Any]:
    pagination = {"has_next": cursor is not None, "next_cursor": cursor, "limit": 3, **members}
    return {"data": [{"id": one} for one in ids], "pagination": pagination}


def test_a_walk_to_the_end_is_fine() -> None:
    assert walk(page("abc", "1"), page("", "2"), page("d", total_count=4)) == []


def test_a_long_list_is_walked_no_further_than_a_few_pages() -> None:
    assert walk(*(page(ids, ids) for ids in ("abc", "def", "ghi", "jkl", "mno"))) == []


@pytest.mark.parametrize(
    ("pages", "member", "detail"),
    [
        ([page("abc", "1"), page("def", "1")], "$.pagination.next_cursor", "is repeated"),
        ([page("abc", "1"), page("cde", "2")], "$.data[].id", "repeats an item"),
        ([page("abcd")], "$.data", "more items than the limit of 3"),
        ([page("abc", "1"), 422], "$.pagination.next_cursor", "refused with 422 on page 2"),
        ([page("abc", has_next=True)], "$.pagination.next_cursor", "although has_next is true"),
        ([page("abc", "1", has_next=False)], "$.pagination.has_next", "there is a next_cursor"),
        ([page("abc", total_count=9)], "$.pagination.has_next", "after 3 items of a list"),
    ],
)
def test_a_walk_that_goes_wrong_is_reported(pages: list[Any], member: str, detail: str) -> None:
    (flaw,) = walk(*pages)
    assert flaw.member == member
    assert detail in flaw.detail


@pytest.mark.parametrize(
    "pages",
    [
        [422],
        [page("abc", "1"), 429],
        [[]],
        [{"data": {}, "pagination": {}}],
        [{"data": [], "pagination": 1}],
        [page("abc", total_count=True)],
        [{"data": [1, {"id": 2}], "pagination": {"next_cursor": 3}}],
    ],
)
def test_what_other_checks_tell_is_not_a_flaw_of_a_walk(pages: list[Any]) -> None:
    assert walk(*pages) == []


# ------------------------------------------------------------------------------------- ETags


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        ([(304, "a")], None),
        ([(200, "b"), (304, "b")], None),  # it has changed just then
        ([(503, "")], None),
        ([(200, "a")], "sent back as If-None-Match gives 200, not 304"),
        ([(412, "")], "sent back as If-None-Match gives 412, not 304"),
        (
            [(200, "b"), (200, "c"), (200, "d")],
            "changes with every response, so it never leads to 304",
        ),
    ],
)
def test_an_etag_leads_to_304_unless_the_resource_changes(
    answers: list[tuple[int, str]], detail: str | None
) -> None:
    left = iter(answers)
    flaw = _walk.revalidation("a", lambda _: next(left))
    assert (None if flaw is None else flaw.detail) == detail
    assert list(left) == []


def test_without_an_etag_nothing_is_asked() -> None:
    assert _walk.revalidation("", lambda _: pytest.fail("asked")) is None


# ----------------------------------------------------------------------------------- members


def video(**members: object) -> dict[str, Any]:
    return {"data": [members], "pagination": {}, "filters": {}}


def test_an_undocumented_member_is_found_where_the_contract_knows_all_of_them() -> None:
    body = video(id="1", mood=1, metadata={"anything": 1})
    assert _members.undocumented(VIDEOS, 200, body) == ["$.data[].mood"]
    # TopCreator names no member for certain, so it may have any.
    assert _members.undocumented("GET /creators/top", 200, {"data": [{"mood": 1}]}) == []
    assert _members.undocumented(VIDEOS, 418, {"mood": 1}) == []


def test_a_member_that_one_object_carried_is_not_missing() -> None:
    counts = _members.MemberCounts()
    for name in ("view_count", "like_count"):
        counts.note(VIDEOS, 200, video(**{name: None}))
    missing = dict.fromkeys(place for _, place in counts.missing())
    assert "$.data[].share_count" in missing
    assert "$.data[].view_count" not in missing
    assert "$.data[].like_count" not in missing


def test_members_that_were_only_deduced_are_never_missing() -> None:
    counts = _members.MemberCounts()
    counts.note("GET /account-videos", 200, video(id="1"))
    counts.note("GET /accounts", 200, video(id="1"))
    missing = set(counts.missing())
    assert ("GET /accounts", "$.data[].username") in missing
    assert ("GET /accounts", "$.data[].platform") not in missing  # known from a guide
    assert not [one for one in missing if one[0] == "GET /account-videos" and "data" in one[1]]


def test_only_the_complete_kind_of_error_tells_what_is_missing() -> None:
    counts = _members.MemberCounts()
    counts.note(VIDEOS, 401, {"code": "UNAUTHORIZED"})
    assert list(counts.missing()) == []
    counts.note(VIDEOS, 422, {"code": "VALIDATION_ERROR"})
    assert (VIDEOS, "$.errors") in list(counts.missing())


RENAMED = ["GET /videos/{video_id}", "GET /videos/{id}", "GET /videos/{Video-ID}", "GET /videos/{}"]


@pytest.mark.parametrize("label", RENAMED)
def test_an_operation_is_known_whatever_its_parameters_are_called(label: str) -> None:
    assert _members.operation_of(label).authenticated
    assert "ETag" in _members.headers_of(label, 200)
    assert _members.undocumented(label, 200, {"data": {"id": "1", "mood": 1}}) == ["$.data.mood"]
    assert Finding("check", label, None, "500", "fails").operation_keys == ("GET /videos/{}",)


def test_an_operation_that_the_generated_table_leaves_out_is_called_anyway() -> None:
    left_out = _members.operation_of("GET /nowhere/{id}")
    assert (left_out.paged, left_out.authenticated) == (False, True)
    assert _members.headers_of("GET /nowhere/{id}", 200) == []
    assert _members.undocumented("GET /nowhere/{id}", 200, {"a": 1}) == []


SPELLINGS = [
    {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {}}}]},
    {"anyOf": [{"type": "null"}, {"properties": {"a": {"type": "integer"}, "b": {}}}]},
    {"properties": {"a": {"allOf": [{"type": "integer"}]}, "b": True}, "nullable": True},
    {"oneOf": [{"allOf": [{"properties": {"a": {"type": "integer"}, "b": {}}}]}]},
]


@pytest.mark.parametrize("schema", SPELLINGS)
def test_every_spelling_of_an_object_is_walked_alike(schema: Any) -> None:
    found = [(one.kind, one.place.general) for one in deviations(schema, {"a": "x", "c": 1})]
    assert found == [("wrong-type", "$.a"), ("unknown-member", "$.c")]
    assert [*deviations(schema, {"a": 1, "b": []})] == []


@pytest.mark.parametrize("schema", SPELLINGS[1:3])
def test_null_is_taken_in_every_spelling(schema: Any) -> None:
    assert [*deviations(schema, None)] == []


def test_places_leave_positions_and_keys_of_maps_open() -> None:
    assert _members.located(VIDEOS, 200, ["data", 3, "id"])[0] == "$.data[].id"
    place, _ = _members.located("POST /videos/metrics", 200, ["data", "a-customers-id", "views"])
    assert place == "$.data.{}.views"
    place, schema = _members.located(VIDEOS, 200, ["data", 0, "metadata", "private"])
    assert (place, schema) == ("$.data[].metadata.{}", {})


# ----------------------------------------------------------------------------------- headers

LIMITS = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


@pytest.mark.parametrize(
    ("method", "status", "authenticated", "promised"),
    [
        ("GET", 200, True, {"X-Request-ID", "ETag", "Cache-Control", "Link"} | LIMITS),
        ("GET", 200, False, {"X-Request-ID", "ETag", "Cache-Control", "Link"}),
        ("GET", 304, True, {"X-Request-ID"}),
        ("GET", 401, True, {"X-Request-ID"}),
        ("GET", 422, True, {"X-Request-ID"} | LIMITS),
        ("GET", 429, True, {"X-Request-ID", "Retry-After"} | LIMITS),
        ("GET", 503, True, {"X-Request-ID"} | LIMITS),
        ("POST", 200, True, {"X-Request-ID"} | LIMITS),
        ("POST", 201, True, {"X-Request-ID", "Location"} | LIMITS),
    ],
)
def test_headers_are_promised_by_the_conventions_not_by_the_document(
    method: str, status: int, authenticated: bool, promised: set[str]
) -> None:
    declared = ["X-Request-ID", *LIMITS, "Retry-After", "Location", "Link", "ETag", "Cache-Control"]
    missing = _presence.absent(declared, (), method, status, authenticated=authenticated)
    assert set(missing) == promised
    sent = [name.lower() for name in promised]
    assert not [*_presence.absent(declared, sent, method, status, authenticated=authenticated)]


def test_a_header_that_the_document_does_not_declare_is_not_missed() -> None:
    assert list(_presence.absent(["X-New"], (), "GET", 200, authenticated=True)) == []


# --------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/videos?limit=3&include_total=true", "/videos?limit=3&include_total=true"),
        ("/videos?q=tom&cursor=dG9t&sort=tom", "/videos?q=left-out&cursor=left-out&sort=left-out"),
        ("/accounts/123e4567-e89b-12d3-a456-426614174000", None),
        ("/accounts/tom", "/accounts/left-out"),
        ("/videos?platform=tiktok&tom=tom", "/videos?platform=tiktok&left-out=left-out"),
        ("/videos?platform=two+words", "/videos?platform=left-out"),
    ],
)
def test_an_address_is_reported_without_free_text(asked: str, told: str | None) -> None:
    base = "https://gateway.example.com/some/api/v2"
    assert shown(base + asked, base) == base + (told or asked)


# ------------------------------------------------------------------------------------- facts


def finding(number: int = 0, **members: Any) -> Finding:
    return Finding("check", VIDEOS, f"$.{number}", "wrong", "is wrong", **members)


def test_facts_survive_the_way_through_a_file(tmp_path: Path) -> None:
    facts = Facts()
    assert facts.add(finding())
    assert not facts.add(finding(evidence="the same place"))
    facts.count(VIDEOS, 200)
    facts.count(VIDEOS, 200)
    facts.trouble("it broke")
    facts.trouble("it broke")
    facts.write(tmp_path / "facts")
    assert Facts.read(tmp_path / "facts") == facts
    assert facts.answers == {VIDEOS: {"200": 2}}
    assert facts.troubles == ["it broke"]
    assert Facts.read(tmp_path / "none") == Facts()


def test_findings_without_end_have_one() -> None:
    facts = Facts()
    assert sum(facts.add(finding(number)) for number in range(1000)) == _facts.MOST_FINDINGS
    assert len(facts.troubles) == 1


# ----------------------------------------------------------------------------------- outcome


def outcome(*findings: Finding, reason: str | None = None) -> Outcome:
    return Outcome("https://api.example.com", Facts(findings=list(findings)), reason)


def test_drift_counts_even_if_the_run_did_not_end() -> None:
    assert [one.code for one in (outcome(), outcome(finding()), outcome(reason="broke"))] == [
        0,
        1,
        2,
    ]
    assert outcome(finding(), reason="broke").code == 1


@pytest.mark.parametrize(
    ("facts", "said", "reason"),
    [
        (Facts(complete=True), "", None),
        (Facts(complete=True, troubles=["a", "b"]), "private", "did not finish: a; b"),
        (Facts(answers={VIDEOS: {"200": 1}}), "private", "did not finish: it was stopped"),
        (Facts(), "Traceback\nImportError:  \x1b no\n", "finish: ImportError: \\x1b no"),
    ],
)
def test_why_a_run_did_not_end_is_reported_without_a_response(
    facts: Facts, said: str, reason: str | None
) -> None:
    told = unfinished(facts, said)
    assert told == reason or (reason is not None and str(told).endswith(reason))


def test_a_long_summary_is_cut_and_says_so() -> None:
    facts = [finding(number) for number in range(300)]
    assert "and 100 more, see the JUnit report" in _reports.markdown(outcome(*facts))


def test_reads_that_never_succeeded_are_reported() -> None:
    facts = Facts(answers={VIDEOS: {"200": 1}, "GET /accounts": {"401": 3}})
    lines = list(_reports.details(Outcome("https://api.example.com", facts, None)))
    assert "GET /accounts, " in lines[-1]
    assert f"{VIDEOS}," not in lines[-1]


def test_every_report_takes_a_finding_of_half_a_character() -> None:
    broken = outcome(finding(evidence="\ud800 \x00"), reason="\udfff")
    ET.fromstring(_reports.junit(broken))
    assert json.loads(_reports.har(broken))["log"]["entries"] == []
    assert _reports.markdown(broken).encode()


# ---------------------------------------------------------------------------------- failures


def answered(status: int, **headers: list[str]) -> Response:
    request = requests.Request("GET", "https://api.example.com/v2/videos").prepare()
    return Response(status, headers, b"", request, elapsed=0.1, verify=True)


def test_headers_that_a_document_requires_are_reported_one_by_one() -> None:
    failure = MissingHeaders(operation=VIDEOS, missing_headers=["ETag", "Link"], message="")
    assert [(one.member, one.problem) for one in explain(failure, answered(200))] == [
        ("ETag", "200"),
        ("Link", "200"),
    ]


def test_alternatives_of_which_none_fits_are_named_where_no_member_is_wrong_by_itself() -> None:
    schema = {"properties": {"data": {"items": {"anyOf": [{"type": "null"}, False]}}}}
    item = {"id": "1", "platform": "tiktok", "external_id": "x", "mood": 1}
    (error,) = jsonschema_rs.validator_for(schema).iter_errors({"data": [item]})
    failure = JsonSchemaError(operation=VIDEOS, exc=error, root_schema=schema)
    (told,) = explain(failure, answered(200))
    assert (told.member, told.problem) == ("$.data[]", "anyOf")


def test_a_failure_that_nobody_knows_is_reported_by_its_title() -> None:
    failure = Failure(operation=VIDEOS, title="A new check", message="secret")
    (told,) = explain(failure, answered(200))
    assert told.member is None
    assert "secret" not in repr(told)
