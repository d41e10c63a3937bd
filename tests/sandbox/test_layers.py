"""The layers of the sandbox: SQL only in the store, and columns in one place."""

from __future__ import annotations

import re
import sqlite3
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

import creatoraudit_sandbox
from creatoraudit_sandbox import Sandbox, handlers
from creatoraudit_sandbox.rows import ACCOUNT_TOTALS, columns
from creatoraudit_sandbox.schema import TABLES

PACKAGE = Path(creatoraudit_sandbox.__file__).parent
WITH_SQL = {"curve.py", "database.py", "figures.py", "refresh.py", "schema.py", "store.py"}


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ("uvicorn", "the sandbox needs uvicorn: pip install 'creatoraudit[sandbox]'"),
        ("creatoraudit_sandbox.server", "import of creatoraudit_sandbox.server halted"),
    ],
)
def test_sandbox_without_its_extra_names_it(
    monkeypatch: pytest.MonkeyPatch, lacks: str, says: str
) -> None:
    for name in [name for name in sys.modules if name.startswith("creatoraudit_sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, lacks, None)
    with pytest.raises(ModuleNotFoundError, match=re.escape(says)):
        import_module("creatoraudit_sandbox")


def test_importing_the_command_starts_nothing() -> None:
    assert import_module("creatoraudit_sandbox.__main__").__doc__


def test_only_the_modules_below_the_handlers_hold_sql() -> None:
    sql = re.compile(r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CASE WHEN|LEFT JOIN)\b")
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if sql.search(path.read_text("utf-8"))
    }
    assert found <= WITH_SQL
    assert handlers.ROUTES


@pytest.mark.parametrize("table", TABLES)
def test_tables_have_the_columns_of_their_rows(table: str, tmp_path: Path) -> None:
    data = tmp_path / "sandbox.db"
    Sandbox(accounts=1, videos=1, data=str(data)).close()
    with closing(sqlite3.connect(data)) as db:
        found = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
    more = ACCOUNT_TOTALS if table == "accounts" else ()
    assert found == [*columns(TABLES[table]), *more]
