"""Runs the Python blocks of one page, in order and in one namespace, and tells what each printed.

A process of its own: standard input is a JSON list of `[where, text]`, standard output a JSON list
of what each block printed. It ends with the traceback of the first block that fails.
"""

import io
import json
import sys
from contextlib import redirect_stdout

given = json.load(sys.stdin)
namespace = {"__name__": "__main__"}
printed = []
for where, text in given:
    # Padded, so that a traceback names the line of the page.
    page, _, line = where.rpartition(":")
    code = compile("\n" * (int(line) - 1) + text, page, "exec")
    with redirect_stdout(io.StringIO()) as out:
        exec(code, namespace)
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
