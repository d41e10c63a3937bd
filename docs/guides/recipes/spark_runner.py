"""Store today's lists with Spark, a partition per organization: `python spark_runner.py ROOT`.

Needs `pip install 'creatoraudit[snapshot]' pyspark`. Each executor needs the same
`creatoraudit.toml` and its keys, and reaches the root.
"""

import sys

from pyspark.sql import SparkSession

from creatoraudit.snapshot import attempt, by_organization, land, plan


class SparkRunner:
    def __init__(self, spark: SparkSession) -> None:
        self.context = spark.sparkContext

    def run(self, units, root, on_done):
        groups = by_organization(units)

        def read(partition):
            return [attempt(unit, root) for group in partition for unit in group]

        # Only receipts come back; the executors write the files.
        for outcome in self.context.parallelize(groups, len(groups)).mapPartitions(read).collect():
            on_done(outcome)


if __name__ == "__main__":
    # A second attempt side by side would only slow down the first: both share the rate of one key.
    spark = SparkSession.builder.config("spark.speculation", "false").getOrCreate()
    done = land(plan(), sys.argv[1], runner=SparkRunner(spark))
    spark.stop()
    for failure in done.failures:
        print(failure.unit.name, failure.reason)
    print(f"{len(done.receipts)} units complete, {done.skipped} of them before, {done.rows} rows")
    sys.exit(0 if done.ok else 1)
