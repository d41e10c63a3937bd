"""Random cases that are the same in every ordinary run, so that chance turns none red.

The properties session sets CREATORAUDIT_TEST_CASES, and tries new ones each time.
"""

import os

from hypothesis import HealthCheck, given, settings

__all__ = ["given", "settings"]

settings.register_profile(
    "repeatable",
    deadline=None,
    database=None,
    derandomize="CREATORAUDIT_TEST_CASES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("repeatable")
