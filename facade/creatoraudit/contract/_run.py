"""Runs the contract checks against a live API.

A run first checks that the key works, and takes ids from the first pages of the lists. schemathesis
then runs in a separate process. Its caches go into a temporary folder, and its output, which quotes
responses, is discarded.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from .._core.config import Origin, Placed, origin
from .._core.contract import document
from .._core.key import ENV_KEY, ApiKey, KeyRing, KeySource
from .._core.naming import key_of
from .._core.text import one_line
from ..errors import APIError, ContractError, CreatorAuditError, NotFoundError, UsageError
from ._baseline import Baseline, Entry, Verdict
from ._facts import Facts, Finding
from ._members import labels

if TYPE_CHECKING:
    from .. import CreatorAudit

KEPT, DRIFTED, NOT_RUN = 0, 1, 2
#: The built-in checks to run. The others send writes, or test what no client needs.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "positive_data_acceptance"),
    *("undocumented_member", "documented_member_missing", "header_presence"),
    *("cursor_walk", "etag_revalidation"),
)
_IDS = 10
_LONGEST = 300
# A valid case may still name a row of another organization, or hit the rate limit.
CONFIG = """\
[cache]
enabled = false

[generation]
allow-x00 = false
database = "none"
with-security-parameters = false

[phases.coverage]
unexpected-methods = []

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "429", "5xx"]

[[operations]]
exclude-method = "GET"
enabled = false
"""


@frozen
class Outcome:
    """Result of a contract check run: findings, counts and exit code.

    Attributes:
        base_url: Base URL of the API.
        facts: Everything that was found, accepted or not.
        reason: Why the run could not start or finish; None when it finished.
        baseline: The baseline that was applied; None if there was none.
    """

    base_url: str
    facts: Facts
    reason: str | None
    baseline: Baseline | None = None

    @property
    def verdict(self) -> Verdict[Finding]:
        """The findings, sorted by the baseline into new, accepted and expired ones."""
        return (self.baseline or Baseline()).judge(self.facts.findings)

    @property
    def findings(self) -> list[Finding]:
        """The findings that count: new ones, and those whose entry has expired."""
        return self.verdict.counting

    @property
    def code(self) -> int:
        """The exit code: 0 contract kept, 1 contract broken, 2 the check could not finish."""
        return DRIFTED if self.findings else KEPT if self.reason is None else NOT_RUN

    @property
    def stale(self) -> list[Entry]:
        """The entries of the baseline that this run has tested and no longer found.

        Empty if the run did not finish. Entries of operations that never succeeded are not stale.
        """
        if self.reason is not None:
            return []
        tested = {key_of(label) for label in self.facts.answers if label not in self.unverified}
        return [one for one in self.verdict.unmatched if one.operation in (None, *tested)]

    @property
    def requests(self) -> int:
        """Number of requests sent."""
        return len(self.facts.exchanges)

    @property
    def unverified(self) -> list[str]:
        """Operations without a successful response, usually because there is no data."""
        return [
            label
            for label in sorted(labels("GET"))
            if not any(status.startswith("2") for status in self.facts.answers.get(label, {}))
        ]


def check(
    *,
    api_key: str | None = None,
    base_url: str | None = None,
    timeout: float = 30.0,
    max_examples: int = 10,
    rate: float = 5.0,
    seed: int | None = None,
    with_bodies: bool = False,
    baseline: Baseline | str | os.PathLike[str] | None = None,
) -> Outcome:
    """Check that a live API keeps the contract of this release, with GET requests only.

    Args:
        api_key: The API key. Defaults to CREATORAUDIT_API_KEY.
        base_url: Base URL of the server. Defaults to CREATORAUDIT_BASE_URL, then to the production
            server.
        timeout: Maximum number of seconds for one response.
        max_examples: Maximum number of random cases per operation and phase, besides the systematic
            ones.
        rate: Maximum number of requests per second; 0 for no limit.
        seed: Seed of the random cases; makes a run repeatable while the API's data stay the same.
        with_bodies: Also keep response bodies and quotes from them, which are customer data.
        baseline: Accepted findings, which do not count: a file, or a `Baseline`.

    Returns:
        The outcome, also if the contract is broken or the check could not finish.

    Raises:
        BaselineError: The baseline cannot be read.
        ConfigurationError: The key or the URL is not valid.
        MissingKeyError: There is no key.

    Example:
        >>> outcome = check(base_url=sandbox.base_url, api_key=sandbox.api_key, rate=0)
        >>> outcome.code
        0
    """
    held: list[KeySource] = [api_key]
    del api_key  # a traceback with local variables would show it
    keys = KeyRing.of(held)
    server = origin(base_url)
    if not server.loopback:
        keys.leave_this_machine()
    key = keys.key("a contract check", keys.ask())
    if not isinstance(baseline, Baseline | None):
        baseline = Baseline.load(os.fspath(baseline))
    url = Placed(server.url, server.place)
    try:
        known = _known_values(lambda: Placed(key.reveal(), keys.place), url, timeout)
    except CreatorAuditError as error:
        return Outcome(server.url, Facts(), _one_line(f"{_cause(error)}: {error}"), baseline)
    environment = {
        "CREATORAUDIT_CONTRACT_BASE_URL": server.url,
        "CREATORAUDIT_CONTRACT_BODIES": "1" if with_bodies else "",
        "CREATORAUDIT_CONTRACT_KNOWN": json.dumps(known),
        "CREATORAUDIT_CONTRACT_RATE": str(rate),
    }
    options = ["--max-examples", str(max_examples), "--request-timeout", str(timeout)]
    options += [] if seed is None else ["--seed", str(seed)]
    facts, said = _schemathesis(server, key, environment, options)
    return Outcome(server.url, facts, unfinished(facts, said), baseline)


def _cause(error: CreatorAuditError) -> str:
    if isinstance(error, (ContractError, NotFoundError)):
        return "there is no CreatorAudit API at this URL"
    return "the API refused" if isinstance(error, APIError) else "the API could not be reached"


def unfinished(facts: Facts, said: str) -> str | None:
    """Why a run did not finish; None if it did."""
    if facts.complete and not facts.troubles:
        return None
    # Without any response, the output quotes no customer data.
    last = facts.troubles or ([] if facts.answers else said.strip().splitlines()[-1:])
    return _one_line(f"the run did not finish: {'; '.join(last) or 'it was stopped'}")


def _one_line(text: str) -> str:
    return one_line(" ".join(text.split()), _LONGEST)


def _known_values(key: Callable[[], str], base_url: str, timeout: float) -> dict[str, list[Any]]:
    """Real values from the API, by the parameters that take them.

    Raises:
        CreatorAuditError: The key is refused, or there is no response.
    """
    from .. import CreatorAudit  # noqa: PLC0415 - the facade imports nothing of this package

    with CreatorAudit(key, base_url=base_url, timeout=timeout, max_retries=1) as ca:
        _check_key(ca)
        accounts = _ids(lambda: ca.accounts.list(limit=_IDS, max_items=_IDS))
        videos = _ids(lambda: ca.videos.list(limit=_IDS, max_items=_IDS))
        creators = _ids(lambda: ca.creators.list(limit=_IDS, max_items=_IDS))
    today = dt.datetime.now(dt.UTC).date()
    return {
        "/accounts": accounts,
        "/videos": videos,
        "/creators": creators,
        "account_id": accounts,
        "creator_id": creators,
        "video_ids": [videos] if videos else [],
        "q": ["a", "e", "i"],  # random text finds nothing
        "start_date": [str(today - dt.timedelta(days=30))],
        "end_date": [str(today)],
    }


def _check_key(ca: CreatorAudit) -> None:
    """Make sure that the key works; the checks report anything else wrong with the response."""
    try:
        ca.whoami()
    except ContractError:
        # The API may have changed, or this may be another server; the next request shows which.
        ca.health()
    except UsageError:
        pass  # the operation is gone from the contract, so only the checks can test the key


def _ids(listed: Callable[[], Any]) -> list[str]:
    try:
        return [item.id for item in listed() if isinstance(item.id, str)]
    except CreatorAuditError:
        return []  # the run will report a list that does not work


def _schemathesis(
    server: Origin, key: ApiKey, environment: Mapping[str, str], options: list[str]
) -> tuple[Facts, str]:
    """Run schemathesis; returns what its checks found, and its output."""
    with tempfile.TemporaryDirectory(prefix="creatoraudit-contract-") as name:
        folder = Path(name)
        config, contract, facts = (folder / n for n in ("config.toml", "openapi.json", "facts"))
        config.write_text(CONFIG, encoding="utf-8")
        contract.write_text(json.dumps(document()), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", str(config)]
        command += ["run", str(contract), "--url", server.url, "--checks", ",".join(CHECKS)]
        # Restricts schemathesis once more, besides the configuration.
        command += ["--include-method", "GET", "--exclude-method-regex", "^(?!GET$)"]
        command += ["--no-shrink", "--no-color", *options]
        ran = subprocess.run(  # noqa: S603 - runs our own module with our own arguments
            command,
            env=os.environ
            | environment
            | {
                ENV_KEY: key.reveal(),
                "CREATORAUDIT_CONTRACT_FACTS": str(facts),
                "SCHEMATHESIS_HOOKS": "creatoraudit.contract._live",
            }
            # Proxies from the environment do not apply to this machine.
            | ({"NO_PROXY": "*", "no_proxy": "*"} if server.loopback else {}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Facts.read(facts), ran.stdout.decode("utf-8", "replace")
