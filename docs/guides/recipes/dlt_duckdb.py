"""Load today's posts of every organization into DuckDB with dlt. Run it once a day.

Needs `pip install 'creatoraudit[arrow]' 'dlt[duckdb]'` and a `creatoraudit.toml`.
"""

import datetime as dt
import os
from collections.abc import Iterator

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"  # dlt reads it when it is imported

import dlt
import pyarrow as pa

from creatoraudit import CreatorAudit, Organizations, arrow

WINDOWS = (1, 7)


@dlt.resource(
    name="videos",
    write_disposition="merge",
    # A rerun replaces what an organization has on a day, and nothing else.
    merge_key=("organization", "snapshot_date"),
    # A list that changes while it is read may repeat a post; the key drops the repetition.
    primary_key=("organization", "snapshot_date", "id"),
)
def videos(day: dt.date) -> Iterator[pa.Table]:
    for name in Organizations.load():
        with CreatorAudit.for_organization(name) as ca:
            for part in arrow.batches(ca, "videos", windows=WINDOWS):
                rows = pa.Table.from_batches([part.batch])
                for column, value in (("organization", pa.scalar(name)), ("snapshot_date", day)):
                    rows = rows.append_column(column, pa.repeat(value, len(rows)))
                yield rows


def load(day: dt.date) -> None:
    pipeline = dlt.pipeline(
        "creatoraudit",
        pipelines_dir=".dlt-pipelines",
        destination=dlt.destinations.duckdb("history.duckdb"),
        dataset_name="creatoraudit",
    )
    pipeline.run(videos(day)).raise_on_failed_jobs()


if __name__ == "__main__":
    load(dt.datetime.now(dt.UTC).date())
