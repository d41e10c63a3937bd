"""Whatever a server answers, a call gives a result or an exception of ours, and the result works.

CREATORAUDIT_TEST_CASES says how many answers are tried in all; 400 when it does not.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
from collections import Counter
from collections.abc import Mapping

import attrs
import pytest
from hypothesis import strategies as st

from creatoraudit import CreatorAudit, CreatorAuditError, Page
from creatoraudit._core import clock, response
from creatoraudit.frames import to_pandas, to_polars
from creatoraudit_api.types import ReadModel
from support.answers import video_id
from support.faults import FaultyProxy
from support.jobs import JOBS, plain, small_world
from support.mutations import HEADERS, mutated, random_json
from support.repeatable import given, settings
from support.server import Answer, ScriptedServer

OUTCOMES = "outcomes"
CASES = int(os.environ.get("CREATORAUDIT_TEST_CASES", "240"))
pytestmark = [
    # What a set deprecation gives is tested elsewhere.
    pytest.mark.filterwarnings("ignore:this version of the CreatorAudit API"),
    pytest.mark.timeout(120 + CASES // 10),
]
ERRORS = (301, 304, 307, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504, 520, 599)
SUCCESSES = (200, 200, 200, 201, 202, 204, 206)


def shared(part: float, **more):
    """Settings for a part of all cases."""
    return settings(max_examples=max(1, int(CASES * part)), **more)


class Recorder(FaultyProxy):
    """Remembers what a sandbox really answered."""

    def __init__(self, upstream):
        self.answers = []
        super().__init__(upstream)

    def _step(self, request):
        answer = self._forward(request)
        self.answers.append(answer)
        return answer


def thinned(body):
    """A valid body with two items per list and map, so that each mutation may hit anything."""
    if isinstance(body, dict):
        kept = list(body.items())
        if len(kept) > 2 and all(len(name) == 36 for name in body):
            kept = kept[:2]
        return {name: thinned(member) for name, member in kept}
    return [thinned(member) for member in body[:2]] if isinstance(body, list) else body


class Bench:
    """Valid bodies by operation, a server that answers what it is told, and a client of it."""

    def __init__(self, world):
        self.world = world
        self.bodies = {name: self._body(job) for name, job in JOBS.items()}
        self.answer = Answer()
        self.server = ScriptedServer(lambda _: self.answer)
        self.client = CreatorAudit("key-of-tests", base_url=self.server.url, max_retries=0)
        self.seen = Counter()

    def _body(self, job):
        sandbox = self.world.busy if job.writes else self.world.still
        spent = None if job.before is None else job.before(self.world)
        with (
            Recorder(sandbox.base_url) as proxy,
            CreatorAudit(sandbox.api_key, base_url=proxy.url) as client,
        ):
            result = job.call(client, self.world, spent)
            if job.items:
                result.first()
            content = proxy.answers[0].content
        # Where success has no body, the client must bear one all the same.
        return thinned(json.loads(content)) if content else {"data": {"id": video_id(1)}}

    def close(self):
        self.client.close()
        self.server.close()

    def ask(self, job, answer):
        """What a call comes to: a result, or an exception of ours; all else is a failure."""
        self.answer = answer
        spent = None if job.before is None else video_id(1)
        if job.name in ("track_account", "track_video"):
            spent = "1"
        with clock.skipped_waits():
            try:
                result = job.call(self.client, self.world, spent)
                return ("result", next(iter(result.pages())) if job.items else result)
            except CreatorAuditError as error:
                return ("error", error)

    def try_all(self, job, answer):
        """Ask with either parser, hold the outcomes against each other, and use what came."""
        kind, value = self.ask(job, answer)
        self.seen[kind if kind == "result" else type(value).__name__] += 1
        if kind == "result":
            use(value)
        else:
            use_error(value)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(response, "loads", response.loads_standard)
            other_kind, other = self.ask(job, answer)
        assert kind == other_kind
        if kind == "result":
            assert repr(told(value)) == repr(told(other))
        else:
            assert (type(value), str(value)) == (type(other), str(other))


def told(value):
    """All of a result, to compare."""
    return plain(value.items if isinstance(value, Page) else value)


def use_error(error):
    """An exception can be shown and sent to another process."""
    assert str(error).isprintable()
    assert repr(error)
    rebuilt = pickle.loads(pickle.dumps(error))
    assert str(rebuilt) == str(error)
    assert type(rebuilt) is type(error)


def use(value):
    """Everything one can do with a result."""
    repr(value)
    for model in models_in(value):
        use_model(model)
    for rows in framable(value):
        for make in (to_polars, to_pandas):
            for expand in (False, True):
                frame = make(rows, expand=expand)
                # Without a column there are no rows either: models of which nothing was sent.
                assert len(frame) == (len(rows) if len(frame.columns) else 0)


def use_model(model):
    for name, attribute in model.MEMBERS:
        getattr(model, attribute)
        assert isinstance(name in model, bool)
    document = model.to_dict()
    json.dumps(document)
    assert (
        model.sent_members >= document.keys() - model.REQUIRED - model.additional_properties.keys()
    )
    again = type(model).from_dict(document)
    assert repr(again.to_dict()) == repr(document)
    assert repr(copy.deepcopy(model)) == repr(model)
    assert repr(pickle.loads(pickle.dumps(model))) == repr(model)


def models_in(value):
    """The models of a result, outermost first."""
    if isinstance(value, ReadModel):
        yield value
        for _, attribute in value.MEMBERS:
            yield from models_in(getattr(value, attribute))
    elif isinstance(value, Page):
        yield from models_in(value.items)
    elif attrs.has(type(value)):
        for one in attrs.fields(type(value)):
            yield from models_in(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from models_in(member)
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from models_in(member)


def framable(value):
    """What frames can be made of a result."""
    if isinstance(value, ReadModel):
        yield [value]
    elif isinstance(value, list):
        yield value
    elif isinstance(value, Page):
        yield value.items
    elif attrs.has(type(value)) and hasattr(value, "__len__"):
        yield value


@pytest.fixture(scope="module")
def bench():
    with small_world() as world:
        made = Bench(world)
        yield made
        made.close()


@pytest.fixture(autouse=True)
def _outcomes(bench, record_property):
    """What the cases came to, for the report."""
    before = Counter(bench.seen)
    yield
    record_property(OUTCOMES, json.dumps(bench.seen - before))


jobs = st.sampled_from(sorted(JOBS))


@shared(0.1)
@given(job=jobs, content=st.binary(max_size=200), status=st.sampled_from(SUCCESSES))
def test_random_bytes_as_success(bench, job, content, status):
    bench.try_all(JOBS[job], Answer(status, body=content if status != 204 else b""))


@shared(0.15)
@given(job=jobs, content=random_json(), status=st.sampled_from(SUCCESSES))
def test_random_json_as_success(bench, job, content, status):
    bench.try_all(JOBS[job], Answer(status, body=content if status != 204 else b""))


@shared(0.1)
@given(
    job=jobs,
    content=st.one_of(st.binary(max_size=200), random_json()),
    status=st.sampled_from(ERRORS),
    headers=HEADERS,
)
def test_random_responses_as_errors(bench, job, content, status, headers):
    body = b"" if status == 304 else content
    bench.try_all(JOBS[job], Answer(status, body=body, headers=headers))


PROBLEM = {
    "type": "urn:creatoraudit:error:validation-error",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "Request failed validation.",
    "code": "VALIDATION_ERROR",
    "instance": "/v2/accounts",
    "request_id": "3b9d",
    "errors": [{"field": "platform", "message": "must be one of: instagram, tiktok"}],
}


@shared(0.1)
@given(job=jobs, content=mutated(PROBLEM), status=st.sampled_from(ERRORS), headers=HEADERS)
def test_mutated_problem_documents(bench, job, content, status, headers):
    body = b"" if status == 304 else content
    bench.try_all(JOBS[job], Answer(status, body=body, headers=headers))


@shared(0.5)
@given(data=st.data(), job=jobs)
def test_mutated_valid_bodies(bench, job, data):
    content = data.draw(mutated(bench.bodies[job]))
    bench.try_all(JOBS[job], Answer(body=content))


@shared(0.05)
@given(job=jobs, headers=HEADERS)
def test_valid_bodies_under_odd_headers(bench, job, headers):
    content = json.dumps(bench.bodies[job]).encode()
    bench.try_all(JOBS[job], Answer(body=content, headers=headers))
