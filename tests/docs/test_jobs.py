"""The page of ten jobs: each takes few statements, and one command per request of the API.

That the blocks run, and print what the page shows, is tested with those of all pages.
"""

from __future__ import annotations

import ast
import json
import re

import pytest

from support import pages

PAGE = pages.ROOT / "docs" / "guides" / "jobs.md"
MOST_STATEMENTS = 5
JOBS = re.split(r"(?m)^## ", PAGE.read_text("utf-8"))[1:]
REQUEST = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`")
COMMAND = re.compile(r"(?m)(?:^\s*|[|(;&]\s*)creatoraudit ")

each_job = pytest.mark.parametrize("job", JOBS, ids=[job.partition("\n")[0] for job in JOBS])


def block(job: str, language: str) -> str:
    (text,) = re.findall(rf"```{language}\n(.*?)```", job, re.DOTALL)
    assert isinstance(text, str)
    return text


def requests(job: str) -> list[str]:
    (line,) = re.findall(r"(?m)^API: .*$", job)
    return REQUEST.findall(line)


def test_there_are_ten_jobs() -> None:
    assert len(JOBS) == 10


@each_job
def test_library_takes_at_most_five_statements_after_the_imports(job: str) -> None:
    tree = ast.parse(block(job, "python"))
    found = [one for one in ast.walk(tree) if isinstance(one, ast.stmt)]
    statements = [one for one in found if not isinstance(one, ast.Import | ast.ImportFrom)]
    assert 1 <= len(statements) <= MOST_STATEMENTS
    assert not any(";" in line for line in block(job, "python").splitlines())


@each_job
def test_command_line_takes_one_command_per_request(job: str) -> None:
    assert 1 <= len(COMMAND.findall(block(job, "sh"))) <= len(requests(job))


@each_job
def test_requests_are_those_of_the_contract(job: str) -> None:
    paths = json.loads((pages.ROOT / "openapi.json").read_text("utf-8"))["paths"]
    known = {f"{method.upper()} {path}" for path, found in paths.items() for method in found}
    assert set(requests(job)) <= known
    assert requests(job)
