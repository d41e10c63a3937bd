"""Store today's lists from a Dagster job: `dagster job execute -f dagster_job.py`.

The environment variable SNAPSHOT_ROOT names the root.
"""

import json
import os
import subprocess

from dagster import Definitions, OpExecutionContext, RetryPolicy, ScheduleDefinition, job, op


@op(retry_policy=RetryPolicy(max_retries=3, delay=600))  # a retry reads what failed or is missing
def snapshot(context: OpExecutionContext) -> None:
    root = os.environ["SNAPSHOT_ROOT"]
    command = ["creatoraudit", "snapshot", "run", "--to", root, "--late", "12h", "--format", "json"]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(ran.stdout or "it could not run; stderr says why")
    summary = json.loads(ran.stdout)
    context.log.info(f"{summary['units']} units complete, {summary['rows']} rows")


@job
def daily() -> None:
    snapshot()


schedule = ScheduleDefinition(job=daily, cron_schedule="0 5 * * *", execution_timezone="UTC")
definitions = Definitions(jobs=[daily], schedules=[schedule])
