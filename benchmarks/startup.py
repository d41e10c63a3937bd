"""(c) Import, first client and --help, beside httpx, stripe and openai: CPU time when fresh."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from common import RUNS, Report, in_turn, ratio

PROBE = "import time\nt = time.process_time()\n{code}\nprint(time.process_time() - t)"
# Where these are installed httpx imports them for a command of its own: it would look slower than
# it is to whoever uses nothing but the library.
BARE = "import sys\nsys.modules.update(dict.fromkeys(('click', 'rich', 'pygments')))\n"
HELP = """
import io, sys
from contextlib import redirect_stdout
from creatoraudit.cli import main
sys.argv[1:] = ["--help"]
with redirect_stdout(io.StringIO()) as told:
    try:
        main()
    except SystemExit as done:
        assert not done.code, done.code
assert "breakouts" in told.getvalue()
"""
CODE = {
    "httpx": "import httpx",
    "httpx client": "import httpx; httpx.Client()",
    "creatoraudit": "import creatoraudit",
    "creatoraudit --help": HELP,
    "creatoraudit client": "from creatoraudit import CreatorAudit; CreatorAudit('key-of-bench')",
    "stripe": "import stripe",
    "openai": "import openai",
}


def probe(code: str) -> float:
    """Seconds of CPU that a statement takes in a fresh interpreter."""
    bare = "" if code is HELP else BARE
    command = [sys.executable, "-c", bare + PROBE.format(code=code)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Measure and write the results."""
    report = Report("c")
    contenders = {name: partial(probe, code) for name, code in CODE.items()}
    for measure in contenders.values():
        measure()  # compiles
    taken = in_turn(contenders, RUNS * 3)
    report.note(
        "milliseconds, median: "
        + ", ".join(
            f"{name} {sorted(runs)[len(runs) // 2] * 1000:.0f}" for name, runs in taken.items()
        )
    )
    report.add("import", ratio(taken, "creatoraudit", "httpx"), "<= 1.1", lambda x: x <= 1.1)
    report.add(
        "client", ratio(taken, "creatoraudit client", "httpx client"), "<= 1.1", lambda x: x <= 1.1
    )
    report.add("help", ratio(taken, "creatoraudit --help", "httpx"), "<= 1.5", lambda x: x <= 1.5)
    report.write()


if __name__ == "__main__":
    main()
