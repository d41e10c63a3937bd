"""Writes generated/creatoraudit_api from openapi.json, or reports what cannot be generated.

    python scripts/regenerate.py                      regenerate in place
    python scripts/regenerate.py --check              only compare; exit 1 with a diff
    python scripts/regenerate.py --from FILE|URL      use a new contract; it becomes openapi.json
    python scripts/regenerate.py --skip-unsupported   leave out operations that cannot be generated

The package is built next to the target and moved into place at the end, so a failure changes
nothing. Needs an environment with the pinned generator and ruff (dependency group `generate`). Exit
codes: 0 success, 1 refused or different, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

# Import the reader of OpenAPI documents from this checkout, even if it is not installed.
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "facade"))

try:
    import httpx

    from creatoraudit.contract.openapi import MOST_BYTES, bundled, parse
    from generation.changes import changes
    from generation.document import ContractRefused, load
    from generation.package import PACKAGE, Sources, Summary, generate
    from generation.validation import findings
except ModuleNotFoundError as error:
    if error.name not in ("httpx", "jinja2", "openapi_python_client", "ruff"):
        raise
    sys.exit(f"regenerate: {error.name} is not installed here; use `nox -s regenerate`")

SCRIPTS = Path(__file__).resolve().parent
_DIFF_LINES = 400


def fetched(origin: str) -> bytes:
    """The bytes of a contract, from a file or an http(s) URL."""
    if not origin.startswith(("http://", "https://")):
        with Path(origin).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    content = bytearray()
    with httpx.stream("GET", origin, timeout=30.0, follow_redirects=True) as response:
        response.raise_for_status()
        for part in response.iter_bytes():
            content += part
            if len(content) > MOST_BYTES:
                break  # too large: the parser refuses it
    return bytes(content)


def as_json(content: bytes, origin: str) -> bytes:
    """Convert a contract to the form of openapi.json: one document, as JSON in UTF-8.

    JSON in UTF-8 stays as it is. Files that it refers to are bundled into it.
    """
    document = parse(content, origin)
    whole = document
    if not origin.startswith(("http://", "https://")):
        whole = bundled(document, Path(origin).parent)
    if whole is document and content[:1] == b"{" and json.detect_encoding(content) == "utf-8":
        return content.replace(b"\r\n", b"\n")
    return f"{json.dumps(whole.root, indent=2, ensure_ascii=False)}\n".encode(errors="replace")


def files(folder: Path) -> dict[str, list[str]]:
    """Lines of all files of a tree by relative name, without bytecode files."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8").splitlines(keepends=True)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(present: Path, fresh: Path) -> Iterator[str]:
    """A unified diff of two trees, line by line."""
    old, new = files(present), files(fresh)
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        before = f"present/{name}" if name in old else "absent"
        after = f"regenerated/{name}" if name in new else "absent"
        yield f"{before} -> {after}"
        lines = difflib.unified_diff(old.get(name, []), new.get(name, []), before, after)
        yield from (line.rstrip("\n") for line in lines)


def put_in_place(fresh: Path, target: Path, contract: bytes | None, openapi: Path) -> None:
    """Replace the tree and its contract by renames; undo all if one fails."""
    aside = fresh.parent / "replaced"
    staged = fresh.parent / openapi.name
    if contract is not None:
        staged.write_bytes(contract)
    had_one = target.exists()
    if had_one:
        target.rename(aside)
    try:
        fresh.rename(target)
        if contract is not None:
            staged.replace(openapi)
    except BaseException:
        if target.exists():
            target.rename(fresh)
        if had_one:
            aside.rename(target)
        raise


def report(summary: Summary) -> str:
    """Print what was generated, and where names.json and the contract differ."""
    lines = [f"{summary.operations} operations, {summary.models} models and sets of values"]
    for words, names in (
        ("operations without a name in names.json", summary.derived),
        ("models of names.json that the contract does not have", summary.absent),
        ("models of names.json that stand for several schemas", summary.merged),
    ):
        if names:
            lines.append(f"{words}: {', '.join(names)}")
    lines += summary.notes
    if summary.left_out:
        lines += [f"left out ({len(summary.left_out)}):", *summary.left_out]
    return "\n".join(lines)


def run(origin: str | None, root: Path, scripts: Path, *, check: bool, skip: bool) -> int:
    """Regenerate in `root`, or compare; `origin` is a new contract."""
    openapi = root / "openapi.json"
    target = root / "generated" / PACKAGE
    sources = Sources(scripts / "names.json", scripts / "overlay.json", scripts / "templates")
    contract = fetched(origin or str(openapi))
    if origin:
        contract = as_json(contract, origin)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that moving is a rename within one file system.
    with tempfile.TemporaryDirectory(prefix=".regenerate-", dir=target.parent) as folder:
        work = Path(folder)
        fresh = work / "fresh" / PACKAGE
        fresh.parent.mkdir()
        summary = generate(
            contract, origin or openapi.name, fresh, work, sources, skip_unsupported=skip
        )
        effects = []
        if origin and openapi.exists():
            names = json.loads(sources.names.read_bytes())
            found = findings(load(contract, origin))
            if found:
                print("\n".join([f"the validator says of {origin}:", *found]))
            try:
                effects = changes(openapi.read_bytes(), contract, names, root)
            except ContractRefused as error:
                effects = [f"the changes cannot be listed: {error}"]
        lines = list(differences(target, fresh)) if check else []
        if not check:
            put_in_place(fresh, target, contract if origin else None, openapi)
    print(
        "\n".join(
            [*lines[:_DIFF_LINES], *["..."][: len(lines) - _DIFF_LINES]]
            or [report(summary), *effects]
        )
    )
    return 1 if lines else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; see the module docstring."""
    parser = argparse.ArgumentParser(description="Write the low-level client from openapi.json.")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 with a diff")
    parser.add_argument("--from", dest="origin", metavar="FILE|URL", help="use this contract")
    parser.add_argument("--root", type=Path, default=SCRIPTS.parent, help="checkout to work in")
    parser.add_argument(
        "--scripts", type=Path, default=SCRIPTS, help="folder of names.json and the other settings"
    )
    parser.add_argument(
        "--skip-unsupported",
        dest="skip",
        action="store_true",
        help="leave out the operations that cannot be generated, and say which",
    )
    options = parser.parse_args(arguments)
    if options.check and options.origin:
        parser.error("--check compares with openapi.json, so drop --from")
    try:
        return run(
            options.origin, options.root, options.scripts, check=options.check, skip=options.skip
        )
    except (ContractRefused, OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        print(f"regenerate: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
