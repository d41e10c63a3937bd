"""The command as a user runs it: exit codes, formats, accepted findings, hostile documents."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from drift_documents import ROOT, TEXT, Node, contract, edited, reordered, with_schema
from drift_mutations import GONE, LIST, READ, SENT
from drift_mutations import TEXT as STRING

from creatoraudit.cli import _app

BREAKING = [(f"{READ}/properties/view_count", GONE)]
ADDITIVE = [(f"{READ}/properties/new", STRING)]
COSMETIC = [("/info/version", "9")]


class Ran(NamedTuple):
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


Drift = Callable[..., Ran]
DOOR = ROOT / "scripts" / "drift.py"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes documents into the folder the command runs in, or texts for what is none."""
    monkeypatch.chdir(tmp_path)

    def write(**contents: Any) -> None:
        for name, content in contents.items():
            text = content if isinstance(content, str) else json.dumps(content)
            Path(f"{name}.json").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def drift(files: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> Drift:
    """Runs the command on two documents."""

    def run(base: Any, head: Any, *options: str, accept: Any = None) -> Ran:
        files(base=base, head=head)
        if accept is not None:
            files(accept=accept)
            options = (*options, "--accept", "accept.json")
        code = _app.run(["drift", "base.json", "head.json", *options])
        return Ran(code, *capsys.readouterr())

    return run


def in_a_process(
    *options: str, seed: str = "0", **streams: Any
) -> subprocess.CompletedProcess[str]:
    """Runs the script, in the folder where the documents are."""
    return subprocess.run(
        [sys.executable, "-B", "-W", "error", DOOR, "base.json", "head.json", *options],
        env=os.environ | {"PYTHONHASHSEED": seed},
        encoding="utf-8",
        check=False,
        **(streams or {"capture_output": True}),
    )


@pytest.mark.parametrize(
    ("edits", "fail_on", "code"),
    [
        ([], "any", 0),
        (BREAKING, "breaking", 1),
        (BREAKING, "any", 1),
        (BREAKING, "never", 0),
        (ADDITIVE, "breaking", 0),
        (ADDITIVE, "any", 1),
        (COSMETIC, "breaking", 0),
        (COSMETIC, "any", 1),
        (COSMETIC, "never", 0),
    ],
)
def test_exit_code_says_whether_the_level_is_reached(
    drift: Drift, edits: list[Any], fail_on: str, code: int
) -> None:
    ran = drift(contract(), edited(contract(), edits), "--fail-on", fail_on)
    assert (ran.returncode, ran.stderr) == (code, "")


def test_without_options_breaking_fails(drift: Drift) -> None:
    assert drift(contract(), edited(contract(), BREAKING)).returncode == 1
    assert drift(contract(), edited(contract(), ADDITIVE)).returncode == 0


MEMBER = f"{SENT}/properties/identifier"
NOT_FOUND = "/components/responses/NotFound"
SELF = "/components/schemas/Self"
REFUSED = [
    ("", "it is not an object"),
    ("{", "is not JSON"),
    ("a: [1", "is not YAML or JSON"),
    ("[]", "it is not an object"),
    ('{"swagger": "2.0", "paths": {}}', "no `openapi` version"),
    ('{"openapi": "4.0.0", "paths": {}}', "only 3.0, 3.1 and 3.2"),
    ('{"openapi": 3.1, "paths": {}}', "no `openapi` version"),
    ('{"openapi": "3.1.0"}', "has no paths"),
    ('{"openapi": "3.1.0", "paths": []}', "`paths` is not an object"),
    ('{"openapi": "3.1.0", "paths": {}, "x": NaN}', "NaN is not a JSON number"),
    ("[" * 100_000, "nested too deeply"),
]
UNREADABLE = [
    (edited(contract(), [("/paths/~1a", {"get": []})]), "is not an object"),
    (edited(contract(), [("/paths/~1a", 5)]), "is not an object"),
    (edited(contract(), [("/webhooks", {"a": 5})]), "is not an object"),
    (edited(contract(), [("/components/securitySchemes/a", {"$ref": "#/b"})]), "is not there"),
    (edited(contract(), [("/paths/~1videos~1{other}", {"get": {}})]), "other parameter names"),
    (edited(contract(), [(MEMBER, {"$ref": "#/nowhere"})]), "is not there"),
    (edited(contract(), [(MEMBER, {"$ref": "other.json"})]), "bundle"),
    (edited(contract(), [(MEMBER, {"type": "file"})]), "JSON does not know"),
    (edited(contract(), [(MEMBER, {"maximum": "9"})]), "not a number"),
    (edited(contract(), [(MEMBER, 7)]), "is not an object"),
    (edited(contract(), [(MEMBER, {"allOf": [7]})]), "is not an object"),
    (edited(contract(), [(MEMBER, {"anyOf": {}})]), "is not an array"),
    (edited(contract(), [(f"{LIST}/parameters/0/in", "body")]), "no place that OpenAPI knows"),
    (edited(contract(), [(f"{LIST}/parameters/0/name", GONE)]), "has no text"),
    (edited(contract(), [(f"{LIST}/security", {})]), "is not an array"),
    (
        edited(contract(), [(SELF, {"$ref": f"#{SELF}"}), (MEMBER, {"$ref": f"#{SELF}"})]),
        "refers to itself",
    ),
    (
        edited(contract(), [(NOT_FOUND, {"$ref": f"#{NOT_FOUND}"})]),
        "refers to itself",
    ),
]


@pytest.mark.parametrize(("document", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_cannot_be_compared_is_refused_in_one_line(
    drift: Drift, document: Any, why: str
) -> None:
    for ran, name in ((drift(document, contract()), "base"), (drift(contract(), document), "head")):
        assert ran.returncode == 2
        assert ran.stdout == ""
        assert ran.stderr.count("\n") == 1
        assert ran.stderr.startswith("creatoraudit: ")
        assert why in ran.stderr
        if "nested" not in why:
            assert f"{name}.json" in ran.stderr


@pytest.mark.parametrize(("document", "why"), UNREADABLE, ids=[why for _, why in UNREADABLE])
def test_a_part_that_cannot_be_read_is_a_finding_and_the_rest_is_compared(
    drift: Drift, document: Any, why: str
) -> None:
    ran = drift(contract(), edited(document, COSMETIC))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "breaking  part-unreadable" in ran.stdout
    assert "cosmetic  info-changed" in ran.stdout
    assert why in ran.stdout
    assert "additive  part-was-unreadable" in drift(document, contract()).stdout
    assert "unreadable" not in drift(document, document).stdout


def test_a_file_that_is_not_there_is_refused(drift: Drift, tmp_path: Path) -> None:
    ran = drift(contract(), contract(), "--accept", "missing.json")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "missing.json: cannot be read" in ran.stderr
    (tmp_path / "latin.json").write_bytes(b'"\xe9"')
    assert drift(contract(), contract(), "--accept", "latin.json").returncode == 2


def test_an_unknown_option_is_a_usage_error(drift: Drift) -> None:
    assert drift(contract(), contract(), "--fail-on", "sometimes").returncode == 2


@pytest.mark.parametrize("depth", [300, 3000])
def test_deep_nesting_never_ends_in_a_traceback(drift: Drift, depth: int) -> None:
    schema = '{"items":' * depth + "{}" + "}" * depth
    document = json.dumps(with_schema("HERE")).replace('"HERE"', schema)
    ran = drift(document, document)
    assert ran.returncode in (0, 2)
    assert "Traceback" not in ran.stderr


def test_json_output_has_a_version_and_every_finding(drift: Drift) -> None:
    ran = drift(contract(), edited(contract(), [*BREAKING, *COSMETIC]), "--format", "json")
    told = json.loads(ran.stdout)
    assert told["version"] == 1
    assert (told["base"], told["head"]) == ("base.json", "head.json")
    assert told["summary"] == {
        "breaking": 1,
        "additive": 0,
        "cosmetic": 1,
        "accepted": 0,
        "expired": 0,
        "unmatched_accepts": 0,
    }
    assert told["findings"][0] == {
        "rule": "response-member-removed",
        "level": "breaking",
        "location": f"{READ}/properties/view_count",
        "document": "base",
        "sentence": 'The member "view_count" no longer comes.',
        "operations": [
            "GET /videos",
            "GET /videos/{video_id}",
            "PATCH /videos/{video_id}",
            "POST /videos",
        ],
    }


REPLACED = (('"integer"', '"boolean"'), ('"uuid"', '"date"'), ('"Bearer"', '"Basic"'))


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_output_does_not_depend_on_the_hash_seed(files: Callable[..., None], form: str) -> None:
    text = TEXT
    for old, new in REPLACED:
        text = text.replace(old, new)
    files(base=reordered(json.loads(text)), head=TEXT)
    options = ("--format", form, "--fail-on", "never")
    runs = {in_a_process(*options, seed=seed).stdout for seed in ("1", "2", "3", "4")}
    assert len(runs) == 1
    assert "response-type-changed" in runs.pop()


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX pipe")
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_a_reader_that_leaves_ends_the_command_quietly(
    files: Callable[..., None], form: str
) -> None:
    files(base={"openapi": "3.1.0", "paths": {}}, head=TEXT)
    reads, writes = os.pipe()
    os.close(reads)
    ran = in_a_process("--format", form, stdout=writes, stderr=subprocess.PIPE)
    os.close(writes)
    assert ran.stderr == ""


def test_the_script_needs_neither_the_generated_package_nor_the_extra(
    files: Callable[..., None],
) -> None:
    files(base=TEXT, head=edited(contract(), BREAKING))
    code = (
        "import runpy, sys; sys.argv = sys.argv[1:]\n"
        "for name in ('creatoraudit_api', 'schemathesis', 'requests'): sys.modules[name] = None\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, DOOR, "base.json", "head.json"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "base.json -> head.json: 1 breaking" in ran.stdout


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_equal_findings_are_told_together(drift: Drift, form: str) -> None:
    head = contract()
    for item in head["paths"].values():
        for operation in item.values():
            operation["tags"] = ["Other"]
            operation["parameters"] = [
                *operation.get("parameters", []),
                {"name": "org", "in": "query", "required": True, "schema": STRING},
            ]
    ran = drift(contract(), head, "--format", form)
    assert ran.stdout.count("required-parameter-added") == 1
    assert "(30 places)" in ran.stdout
    assert "and 27 more" in ran.stdout
    assert "and 25 more" in ran.stdout


def test_a_baseline_is_recorded_expires_and_is_pruned(drift: Drift, tmp_path: Path) -> None:
    head = edited(contract(), BREAKING)
    options = ("--baseline", "accepted.json")
    assert drift(contract(), head, *options, "--baseline-update").returncode == 0
    path = tmp_path / "accepted.json"
    written = json.loads(path.read_text("ascii"))
    (entry,) = written["entries"]
    assert entry["problem"] == 'The member "view_count" no longer comes.'
    ran = drift(contract(), head, *options)
    assert (ran.returncode, "1 accepted" in ran.stdout) == (0, True)
    assert "not reviewed yet" in ran.stdout
    for form in ("text", "markdown", "json"):
        path.write_text(json.dumps(written | {"entries": [entry | {"expires": "2000-01-31"}]}))
        ran = drift(contract(), head, *options, "--format", form)
        assert ran.returncode == 1
        assert "2000-01-31" in ran.stdout
        assert "no longer accepted" in ran.stdout.lower() or form == "json"
    ran = drift(contract(), contract(), *options, "--baseline-prune")
    assert (ran.returncode, "1 dropped" in ran.stderr) == (0, True)
    assert json.loads(path.read_text("ascii"))["entries"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--baseline-update",), "--baseline-update needs a file: add --baseline FILE"),
        (("--baseline-prune",), "--baseline-prune needs a file: add --baseline FILE"),
        (("--baseline", "none.json"), "--baseline-update writes a new one"),
        (("--baseline", "none/a.json", "--baseline-update"), "the baseline was not written"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_reported_in_one_line(
    drift: Drift, options: tuple[str, ...], said: str
) -> None:
    ran = drift(contract(), contract(), *options)
    assert ran.returncode in (1, 2)
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_accepted_findings_are_listed_apart_and_do_not_count(drift: Drift) -> None:
    head = edited(contract(), [*BREAKING, (f"{READ}/properties/play_count", GONE)])
    entry = {"rule": "response-member-removed", "location": f"{READ}/properties/view_count"}
    some = drift(contract(), head, "--format", "json", accept=[{**entry, "reason": "agreed"}])
    told = json.loads(some.stdout)
    assert some.returncode == 1
    assert [each["location"] for each in told["accepted"]] == [entry["location"]]
    assert [each["location"] for each in told["findings"]] == [f"{READ}/properties/play_count"]
    everything = drift(contract(), head, accept=told["accepted"] + told["findings"])
    assert everything.returncode == 0
    assert everything.stdout.count("accepted breaking  response-member-removed") == 2


def test_an_entry_with_a_sentence_accepts_that_difference_only(drift: Drift) -> None:
    def limited(most: int) -> Node:
        return edited(contract(), [(f"{LIST}/parameters/0/schema/maximum", most)])

    reported = drift(contract(), limited(100), "--format", "json")
    accept = json.loads(reported.stdout)["findings"]
    assert drift(contract(), limited(100), accept=accept).returncode == 0
    assert drift(contract(), limited(50), accept=accept).returncode == 1


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_an_entry_that_accepts_nothing_is_reported(drift: Drift, form: str) -> None:
    entry = {"rule": "operation-removed", "location": "/paths/~1nowhere/get"}
    ran = drift(contract(), contract(), "--format", form, "--fail-on", "any", accept=[entry])
    assert ran.returncode == 0
    assert "/paths/~1nowhere/get" in ran.stdout


@pytest.mark.parametrize("accept", [{}, [1], [{"rule": "a"}], [{"rule": 1, "location": ""}], "no"])
def test_an_accept_file_of_another_kind_is_refused(drift: Drift, accept: Any) -> None:
    ran = drift(contract(), contract(), accept=accept)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J",
    "a\n::error::owned\n## owned",
    "a\r\u2028\u202e\u0085\x7f\x9b31m",
    "`</code><script>alert(1)</script>`",
    "``` @someone #1 https://evil.test ![x](https://evil.test/x.png)",
    "a|b|c\\",
    "{0} {name} %s ${{ secrets.X }}",
    "\ud800",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_text_of_a_document_stays_inert(drift: Drift, form: str, text: str) -> None:
    schema = {"type": "object", "properties": {text: {"type": "string", "enum": [text]}}}
    head = edited(
        contract(),
        [
            (f"{READ}/title", text),
            (f"{READ}/x-{text.replace('/', '').replace('~', '')}", text),
            (f"{READ}/properties/data", schema),
            (f"{LIST}/operationId", text),
            (f"{LIST}/parameters/-", {"name": text, "in": "query", "required": True}),
            ("/info/title", text),
        ],
    )
    head["paths"][f"/{text}"] = {"get": {"responses": {text: {"description": text}}}}
    for pair in ((contract(), head), (head, contract())):
        ran = drift(*pair, "--format", form, accept=[{"rule": text, "location": text}])
        assert ran.returncode == 1, ran.stderr
        assert re.fullmatch(r"[\n -~]*", ran.stdout)
        assert not re.search(r"^(::|## )", ran.stdout, re.MULTILINE)
        if form == "markdown":
            assert_all_in_code_spans(ran.stdout)
        if form == "text":
            assert max(map(len, ran.stdout.splitlines())) < 3000


def assert_all_in_code_spans(markdown: str) -> None:
    outside = re.sub(r"`[^`\n]*`", "", markdown)
    assert "`" not in outside
    assert re.fullmatch(r"[\w\s.,:;#*()'-]*", outside), outside


def test_a_hostile_refusal_is_one_inert_line(drift: Drift) -> None:
    reference = {"$ref": "#/\x1b[2J\n::error::`x`"}
    ran = drift(edited(contract(), [(MEMBER, reference)]), "\x1b[2J")
    assert ran.returncode == 2
    assert re.fullmatch(r"[ -~]*\n", ran.stderr)
    ran = drift(contract(), edited(contract(), [(MEMBER, reference)]))
    assert re.fullmatch(r"[\n -~]*", ran.stdout)
    assert "::error" not in [line[:7] for line in ran.stdout.splitlines()]


def test_markdown_fits_into_a_comment_however_much_there_is(drift: Drift) -> None:
    head = contract()
    for number in range(600):
        head["paths"][f"/{number}-{'long' * 50}"] = {"get": {"responses": {}}}
    ran = drift(contract(), edited(head, BREAKING), "--format", "markdown")
    assert len(ran.stdout) < 65_536
    assert "#### Breaking (1)" in ran.stdout
    assert re.search(r"^\d+ more are not shown here", ran.stdout, re.MULTILINE)


def test_the_door_says_what_to_do_where_no_library_is_installed() -> None:
    contract = str(ROOT / "openapi.json")
    ran = subprocess.run(
        [sys.executable, "-S", str(DOOR), contract, contract],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "nox -s drift" in ran.stderr
    assert "Traceback" not in ran.stderr
