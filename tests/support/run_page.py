"""Runs the Python blocks of one page, in order and in one namespace, and tells what each printed.

A block may await at its top level, as a cell of a notebook may.

A process of its own: standard input is a JSON list of `[where, text]`, standard output a JSON list
of what each block printed. It ends with the traceback of the first block that fails.
"""

import ast
import asyncio
import inspect
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
    padded = "\n" * (int(line) - 1) + text
    code = compile(padded, page, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with redirect_stdout(io.StringIO()) as out:
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(code, namespace))
        else:
            exec(code, namespace)
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
