"""Store today's lists from an Airflow DAG, once a day.

The workers need `creatoraudit[cli,snapshot]`, the configuration file in
`~/.config/creatoraudit/config.toml`, and the environment variable SNAPSHOT_ROOT.
"""

import datetime as dt

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "creatoraudit_snapshot",
    schedule="0 5 * * *",
    start_date=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
    catchup=False,  # the API has no totals of days that are over
    max_active_runs=1,
) as dag:
    BashOperator(
        task_id="snapshot",
        bash_command='creatoraudit snapshot run --to "$SNAPSHOT_ROOT" --late 12h --format json',
        retries=3,  # a retry reads exactly what failed or is missing
        retry_delay=dt.timedelta(minutes=10),
    )
