"""(d) CPU time of a facade call against bare httpx plus json.loads on a like connection."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import httpx
from common import Report, in_turn, ratio, sandbox, seconds

from creatoraudit import CreatorAudit
from creatoraudit._core import response

SMALL, PAGES = 200, 60


def times(count: int, function: Callable[[], object]) -> Callable[[], float]:
    """CPU seconds of `count` calls."""

    def repeated() -> None:
        for _ in range(count):
            function()

    return lambda: seconds(repeated, time.process_time)


def main() -> None:
    """Measure and write the results."""
    report = Report("d")
    response.loads = response.loads_standard  # both sides use the same parser
    with (
        sandbox() as server,
        httpx.Client(headers=server.headers) as client,
        CreatorAudit(server.key, base_url=server.base_url) as ca,
    ):
        url = server.base_url

        def bare_small() -> None:
            json.loads(client.get(f"{url}/whoami").content)

        def bare_page() -> None:
            json.loads(client.get(f"{url}/videos", params={"limit": 200}).content)

        taken = in_turn(
            {
                "bare small": times(SMALL, bare_small),
                "ours small": times(SMALL, lambda: ca.request("GET", "/whoami").json()),
                "ours small, decoded": times(SMALL, ca.whoami),
                "bare page": times(PAGES, bare_page),
                "ours page": times(
                    PAGES, lambda: ca.request("GET", "/videos", params={"limit": 200}).json()
                ),
            }
        )
    report.add("page", ratio(taken, "ours page", "bare page"), "<= 1.15", lambda x: x <= 1.15)
    report.add("small", ratio(taken, "ours small", "bare small"), "<= 1.4", lambda x: x <= 1.4)
    report.add(
        "small, decoded to a model",
        ratio(taken, "ours small, decoded", "bare small"),
        "<= 1.4",
        lambda x: x <= 1.4,
    )
    report.write()


if __name__ == "__main__":
    main()
