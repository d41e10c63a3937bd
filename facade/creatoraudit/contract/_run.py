"""Runs the contract checks against a live API: prepares, runs schemathesis, judges the result.

Before anything is asked there must be a key that works and a server that responds; ids come from
the first pages of the lists. schemathesis runs in a process of its own. It writes its caches into a
folder that is gone afterwards, and what it prints, which quotes responses, is thrown away.
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

from .._core.config import Origin, origin
from .._core.contract import document
from .._core.key import ENV_KEY, ApiKey, KeyRing, KeySource
from .._core.naming import operation_key
from .._core.text import one_line
from ..errors import APIError, ContractError, CreatorAuditError, NotFoundError
from ._baseline import Baseline, Entry, Verdict
from ._facts import Facts, Finding
from ._members import labels

if TYPE_CHECKING:
    from .. import CreatorAudit

KEPT, DRIFTED, NOT_RUN = 0, 1, 2
#: What a live API must hold to. The other built-in checks send writes, or ask what no client needs.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "positive_data_acceptance"),
    *("undocumented_member", "documented_member_missing", "header_presence"),
    *("cursor_walk", "etag_revalidation"),
)
_IDS = 10
_LONGEST = 300
# A case that names a row of another organization, or comes too fast, is not refused for its form.
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
        base_url: The API that was asked.
        facts: Everything that was found, accepted or not.
        reason: Why the run could not be done, or not to its end; None when it could.
        baseline: The accepted findings that the run was held to; None without one.
    """

    base_url: str
    facts: Facts
    reason: str | None
    baseline: Baseline | None = None

    @property
    def verdict(self) -> Verdict[Finding]:
        """The findings, sorted by what the baseline says of them."""
        return (self.baseline or Baseline()).judge(self.facts.findings)

    @property
    def findings(self) -> list[Finding]:
        """The findings that count: the new ones, and those whose acceptance has expired."""
        return self.verdict.counting

    @property
    def code(self) -> int:
        """0 the contract is kept, 1 it is not, 2 that could not be found out."""
        return DRIFTED if self.findings else KEPT if self.reason is None else NOT_RUN

    @property
    def stale(self) -> list[Entry]:
        """The entries of the baseline that this run has tested and not met again.

        A run that did not come to its end tells nothing of them, nor does an operation that never
        succeeded.
        """
        if self.reason is not None:
            return []
        tested = {
            operation_key(*label.split(" ", 1))
            for label in self.facts.answers
            if label not in self.unverified
        }
        return [one for one in self.verdict.unmatched if one.operation in (None, *tested)]

    @property
    def requests(self) -> int:
        """Requests that were sent to find out."""
        return len(self.facts.exchanges)

    @property
    def unverified(self) -> list[str]:
        """Reads that never succeeded, most often because there is nothing to read."""
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
    """Ask a live API, with reads only, whether it keeps the contract of this release.

    Args:
        api_key: The key; CREATORAUDIT_API_KEY when absent.
        base_url: Another server; CREATORAUDIT_BASE_URL, else the production server, when absent.
        timeout: Seconds one response may take.
        max_examples: Most cases made up per operation and phase, beyond the systematic ones.
        rate: Requests per second at most; 0 for no limit.
        seed: Makes a run repeatable as far as the API's data stay the same.
        with_bodies: Also keep responses and quotes from them, which are customers' data.
        baseline: Accepted findings, which do not count: a file, or what `Baseline.load` has read.

    Returns:
        The outcome, whatever it is.

    Raises:
        BaselineError: The baseline cannot be read.
        ConfigurationError: The key or the URL cannot be one.
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
    try:
        known = _known_values(key, server.url, timeout)
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
        return "no CreatorAudit API answers there"
    return "the API refused" if isinstance(error, APIError) else "the API could not be reached"


def unfinished(facts: Facts, said: str) -> str | None:
    """Why a run did not come to its end; None when it did."""
    if facts.complete and not facts.troubles:
        return None
    # Without a single answer there is nothing of a customer's in what was said.
    last = facts.troubles or ([] if facts.answers else said.strip().splitlines()[-1:])
    return _one_line(f"the run did not come to its end: {'; '.join(last) or 'it was stopped'}")


def _one_line(text: str) -> str:
    return one_line(" ".join(text.split()), _LONGEST)


def _known_values(key: ApiKey, base_url: str, timeout: float) -> dict[str, list[Any]]:
    """Values that mean something to the API, by the parameters that take them.

    Raises:
        CreatorAuditError: The key is refused, or nobody answers.
    """
    from .. import CreatorAudit  # noqa: PLC0415 - the facade imports nothing of this package

    with CreatorAudit(key.reveal, base_url=base_url, timeout=timeout, max_retries=1) as ca:
        _answers(ca)
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
        "q": ["a", "e", "i"],  # random text is found nowhere
        "start_date": [str(today - dt.timedelta(days=30))],
        "end_date": [str(today)],
    }


def _answers(ca: CreatorAudit) -> None:
    """Make sure that the key works; what else is wrong with the answer is for the checks."""
    try:
        ca.whoami()
    except ContractError:
        # An API that has moved away, or somebody else's page? The other answer tells.
        ca.health()


def _ids(listed: Callable[[], Any]) -> list[str]:
    try:
        return [item.id for item in listed() if isinstance(item.id, str)]
    except CreatorAuditError:
        return []  # a list that does not work is what the run will tell


def _schemathesis(
    server: Origin, key: ApiKey, environment: Mapping[str, str], options: list[str]
) -> tuple[Facts, str]:
    """Run it; gives what its checks found, and what it printed."""
    with tempfile.TemporaryDirectory(prefix="creatoraudit-contract-") as name:
        folder = Path(name)
        config, contract, facts = (folder / n for n in ("config.toml", "openapi.json", "facts"))
        config.write_text(CONFIG, encoding="utf-8")
        contract.write_text(json.dumps(document()), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", str(config)]
        command += ["run", str(contract), "--url", server.url, "--checks", ",".join(CHECKS)]
        # Its own notion of the same restriction, beside that of the configuration.
        command += ["--include-method", "GET", "--exclude-method-regex", "^(?!GET$)"]
        command += ["--no-shrink", "--no-color", *options]
        ran = subprocess.run(  # noqa: S603 - a module of ours to name, arguments of our own
            command,
            env=os.environ
            | environment
            | {
                ENV_KEY: key.reveal(),
                "CREATORAUDIT_CONTRACT_FACTS": str(facts),
                "SCHEMATHESIS_HOOKS": "creatoraudit.contract._live",
            }
            # Proxies named in the environment are not for this machine.
            | ({"NO_PROXY": "*", "no_proxy": "*"} if server.loopback else {}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Facts.read(facts), ran.stdout.decode("utf-8", "replace")
