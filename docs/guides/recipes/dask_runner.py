"""Store today's lists on a Dask cluster: `python dask_runner.py ROOT tcp://10.0.0.1:8786`.

Needs `pip install 'creatoraudit[dask]'`. Each worker needs the same `creatoraudit.toml` and its
keys, and reaches the root.
"""

import sys

from distributed import Client

from creatoraudit.snapshot import DaskRunner, land, plan

if __name__ == "__main__":
    with Client(sys.argv[2]) as client:
        done = land(plan(), sys.argv[1], runner=DaskRunner(client))
    for failure in done.failures:
        print(failure.unit.name, failure.reason)
    print(f"{len(done.receipts)} units complete, {done.skipped} of them before, {done.rows} rows")
    sys.exit(0 if done.ok else 1)
