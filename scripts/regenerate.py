"""Writes generated/creatoraudit_api from openapi.json, or says by name why it cannot.

    python scripts/regenerate.py                      regenerate in place
    python scripts/regenerate.py --check              compare with what is committed; exit 1 and a diff when it differs
    python scripts/regenerate.py --from FILE|URL      take a new contract; it becomes openapi.json when all went well

Everything is built beside the target and moved into place at the end: after a failure nothing has changed. Needs the
interpreter of an environment that has the pinned generator and ruff (dependency group `generate`). Exit codes: 0 done,
1 refused or different, 2 usage.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from generation.document import ContractRefused
from generation.package import PACKAGE, Sources, Summary, generate

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(__file__).resolve().parent
_DIFF_LINES = 400


def fetched(origin: str) -> bytes:
    """The bytes of a contract in a file or behind an http(s) URL."""
    if not origin.startswith(("http://", "https://")):
        return Path(origin).read_bytes()
    import httpx

    response = httpx.get(origin, timeout=30.0, follow_redirects=True)
    response.raise_for_status()
    return response.content


def files(folder: Path) -> dict[str, bytes]:
    """All files of a generated tree by relative name; what interpreters leave behind does not count."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(committed: Path, fresh: Path) -> Iterator[str]:
    """A unified diff of two trees, line by line."""
    old, new = (files(folder) if folder.is_dir() else {} for folder in (committed, fresh))
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        before, after = (
            (tree.get(name, b"").decode("utf-8", "replace").splitlines(), f"{label}/{name}" if name in tree else "absent")
            for tree, label in ((old, "committed"), (new, "regenerated"))
        )
        yield from difflib.unified_diff(before[0], after[0], before[1], after[1], lineterm="")


def replace(target: Path, fresh: Path, contract: bytes | None, openapi: Path, trash: Path) -> None:
    """Puts a finished tree (and its contract) in place by renames on one file system; undone when one fails."""
    staged = trash / "openapi.json"
    if contract is not None:
        staged.write_bytes(contract)
    old = trash / "old"
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
        if contract is not None:
            staged.replace(openapi)
    except OSError:
        if target.exists():
            target.rename(fresh)
        if old.exists():
            old.rename(target)
        raise


def report(summary: Summary) -> str:
    lines = [f"{summary.operations} operations, {summary.schemas} models and sets of values"]
    if summary.derived:
        lines.append(f"without a name in names.json: {', '.join(summary.derived)}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line; see the module's text."""
    parser = argparse.ArgumentParser(description="Regenerate the low-level client from the OpenAPI document.")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 with a diff when the tree is stale")
    parser.add_argument("--from", dest="origin", metavar="FILE|URL", help="take this contract and keep it as openapi.json")
    parser.add_argument("--root", type=Path, default=ROOT, help="checkout to work in")
    parser.add_argument("--scripts", type=Path, default=SCRIPTS, help="folder with names.json, overlay.json, templates/")
    options = parser.parse_args(arguments)
    if options.check and options.origin:
        parser.error("--check compares with openapi.json; it takes no --from")
    openapi: Path = options.root / "openapi.json"
    target: Path = options.root / "generated" / PACKAGE
    sources = Sources(options.scripts / "names.json", options.scripts / "overlay.json", options.scripts / "templates")
    origin = options.origin or str(openapi)
    try:
        contract = fetched(origin)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".regenerate-", dir=target.parent) as folder:
            work = Path(folder)
            fresh = work / "fresh" / PACKAGE
            fresh.parent.mkdir()
            summary = generate(contract, origin, fresh, work, sources)
            if options.check:
                lines = list(differences(target, fresh))
                print("\n".join(lines[:_DIFF_LINES]) if lines else f"{target.name} is up to date: {report(summary)}")
                if len(lines) > _DIFF_LINES:
                    print(f"... and {len(lines) - _DIFF_LINES} more lines")
                return 1 if lines else 0
            replace(target, fresh, contract if options.origin else None, openapi, work)
            shutil.rmtree(work / "old", ignore_errors=True)
    except Exception as error:
        if not isinstance(error, (ContractRefused, OSError)) and not type(error).__module__.startswith("httpx"):
            raise
        print(f"regenerate: {error}", file=sys.stderr)
        return 1
    print(report(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
