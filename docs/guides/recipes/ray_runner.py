"""Store today's lists with Ray, one task per organization: `python ray_runner.py ROOT`.

Needs `pip install 'creatoraudit[snapshot]' ray`. Each node needs the same `creatoraudit.toml` and
its keys, and reaches the root.
"""

import sys
from collections.abc import Sequence

import ray

from creatoraudit.snapshot import Failure, Receipt, Unit, attempt, by_organization, land, plan


@ray.remote(max_retries=3)  # of a worker that dies; what is complete is not read again
def read(units: Sequence[Unit], root: str) -> list[Receipt | Failure]:
    return [attempt(unit, root) for unit in units]


class RayRunner:
    def run(self, units, root, on_done):
        waiting = [read.remote(group, root) for group in by_organization(units)]
        while waiting:
            ended, waiting = ray.wait(waiting)
            try:
                outcomes = ray.get(ended[0])
            except ray.exceptions.RayError:  # `land` reports units without an outcome as failed
                continue
            for outcome in outcomes:
                on_done(outcome)


if __name__ == "__main__":
    ray.init(log_to_driver=False)
    done = land(plan(), sys.argv[1], runner=RayRunner())
    for failure in done.failures:
        print(failure.unit.name, failure.reason)
    print(f"{len(done.receipts)} units complete, {done.skipped} of them before, {done.rows} rows")
    sys.exit(0 if done.ok else 1)
