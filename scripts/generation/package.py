"""Generates the package of a contract into a new folder, or says why that is not possible.

It runs the pinned generator on the prepared document, adds the operations table, and checks the
result: nothing is dropped, every module can be imported, and table and signatures agree.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it has no types

from creatoraudit.contract.openapi import inert, normalise

from .document import (
    METHODS,
    ContractRefused,
    LeftOut,
    Node,
    Place,
    Reason,
    load,
    normalised,
    read,
    schemas,
)
from .names import Names, dumps, snake
from .overlay import Overlay
from .table import Column, Entry, build, columns

PACKAGE = "creatoraudit_api"
GENERATOR = "openapi-python-client"
GENERATOR_VERSION = "0.29.1"
RUFF_VERSION = "0.17.6"

# Isolated from the settings of a surrounding project, which would change the output.
_RUFF = "--isolated --no-cache --line-length 100 --target-version py311"
_COMPACT_IMPORTS = "--config lint.isort.split-on-trailing-comma=false"
_RUFF_RUNS = (
    f"check {{}} {_RUFF} --fix-only --select F401,I,UP {_COMPACT_IMPORTS}",
    f"format {{}} {_RUFF} --config format.skip-magic-trailing-comma=true",
    f"check {{}} {_RUFF} --select F821,F811,E9",
)
_UNWANTED = ("errors.py",)
_IMPORT_ALL = """
import importlib, inspect, json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
expected = json.load(sys.stdin)
failed = []
package = importlib.import_module(sys.argv[2])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=print):
    try:
        importlib.import_module(module.name)
    except Exception as error:
        failed.append(f"{module.name}: {type(error).__name__}: {error}")
if not failed:
    for module, arguments in expected["operations"].items():
        got = list(inspect.signature(importlib.import_module(module).get_kwargs).parameters)
        if got != arguments:
            failed.append(f"{module}: takes {got}, the table says {arguments}")
    models = importlib.import_module(sys.argv[2] + ".models")
    failed += [f"{name}: not in models" for name in expected["models"] if name not in dir(models)]
json.dump(failed, sys.stdout)
"""


class Sources(NamedTuple):
    """All settings that a generated tree depends on, besides the contract and the tools."""

    names: Path
    overlay: Path
    templates: Path


class Summary(NamedTuple):
    """Result of a generation: counts, and what was left out or has no name."""

    operations: int
    models: int
    derived: tuple[str, ...]
    """Operations that names.json does not name, with their derived names."""
    absent: tuple[str, ...]
    """Models of names.json for which the contract has no schema."""
    merged: tuple[str, ...]
    """Models of names.json that stand for several schemas of the contract."""
    left_out: tuple[str, ...] = ()
    """Operations that are left out, one line each."""
    notes: tuple[str, ...] = ()
    """Parts of the contract that the package lacks, one line each."""


def check_tools() -> None:
    """Check the exact versions of the tools; other versions write a different tree."""
    for name, wanted in ((GENERATOR, GENERATOR_VERSION), ("ruff", RUFF_VERSION)):
        found = version(name)
        if found != wanted:
            raise ContractRefused(f"{name} is {found}, but this project generates with {wanted}")


def generate(
    contract: bytes,
    source: str,
    target: Path,
    work: Path,
    sources: Sources,
    *,
    skip_unsupported: bool = False,
) -> Summary:
    """Write the package of a contract to `target`, which must not exist; `work` is scratch space.

    Raises:
        ContractRefused: No package can be generated. The message lists every unsupported part, one
            line each, unless `skip_unsupported` leaves it out.
    """
    check_tools()
    names = Names(read(sources.names))
    overlay = Overlay(read(sources.overlay))
    left_out = LeftOut(overlay.left_out)
    whole = load(contract, source)
    plain = normalise(whole, base_path=names.base_path)
    document = normalised(whole, base_path=names.base_path, left_out=left_out)
    named = names.apply(document, left_out)
    left_out.drop(named)
    table = build(named, overlay, names, PACKAGE, left_out)
    left_out.drop(named)
    names.keep_used(named)
    prepared = overlay.apply(named, table, names)
    _run_generator(prepared, table, target, work, sources.templates)
    if left_out.unexpected and not skip_unsupported:
        raise ContractRefused(_refusal(left_out))
    if not table:
        raise ContractRefused(f"{source} has no operation to generate\n{_refusal(left_out)}")
    missing = {_name_of(reason, names): reason.line for reason in left_out.reasons.values()}
    known = {str(entry.get("name")) for entry in names.operations.values()}
    gone = sorted(known - {entry.name for entry in table})
    kept = contract if plain is whole else json.dumps(plain, indent=2, ensure_ascii=False).encode()
    _finish(contract, target, _Tables(table, columns(named), missing, gone, kept), sources)
    _check_complete(prepared, target, table)
    _check_imports(prepared, target, table)
    return Summary(
        operations=len(table),
        models=len(_classes(prepared)),
        derived=tuple(entry.name for entry in table if entry.key not in names.operations),
        absent=tuple(sorted(names.absent)),
        merged=tuple(sorted(names.merged)),
        left_out=tuple(reason.line for reason in left_out.reasons.values()),
        notes=tuple(
            f"{topic}: {', '.join(told)}" for topic, told in sorted(left_out.notes.items())
        ),
    )


class _Tables(NamedTuple):
    """The contents of operations.py and columns.py."""

    operations: list[Entry]
    models: dict[str, list[Column]]
    left_out: dict[str, str]
    gone: list[str]
    """Operations of names.json that the contract does not have."""
    document: bytes
    """The contract in normal form, which checks and the sandbox read from the package."""


def _name_of(reason: Reason, names: Names) -> str:
    """The names that operations left out would have."""
    method, _, path = reason.label.partition(" ")
    place = Place(method.lower(), path, {})
    return names.of(place) if place.method in METHODS else reason.label


def _refusal(left_out: LeftOut) -> str:
    """List every unsupported part, one line each."""
    lines = [reason.line for reason in left_out.unexpected]
    count = "1 operation" if len(lines) == 1 else f"{len(lines)} operations"
    return "\n".join(
        [
            f"{count} cannot be generated; --skip-unsupported or overlay.json leaves them out:",
            *lines,
        ]
    )


def _run(command: list[str], cwd: Path | None = None, text: str | None = None) -> tuple[int, str]:
    """Run a tool; returns exit code and output."""
    done = subprocess.run(
        command,
        input=text,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _run_generator(
    prepared: Node, table: list[Entry], target: Path, work: Path, templates: Path
) -> None:
    own = work / "templates"
    shutil.copytree(templates, own)
    # Templates see only the generator's view of an operation, so a file holds the rest.
    plan = {
        entry.name: {
            "label": entry.label,
            "returns": entry.returns,
            "value": entry.value,
            "names": {f"p{index}": name for index, name in enumerate(entry.wired.values())},
            "body_type": entry.body_type if entry.takes_body else "",
            "body_required": entry.body_required,
            "body_model": entry.body_model,
            "body_module": snake(entry.body_model or ""),
            "item": entry.item,
            "item_module": snake(entry.item or ""),
        }
        for entry in table
    }
    (own / "plan.jinja").write_text(f"{{% set plan = {plan!r} %}}", encoding="utf-8")
    document, config = work / "prepared.json", work / "config.json"
    document.write_text(json.dumps(prepared), encoding="utf-8")
    config.write_text(
        json.dumps(
            {
                "literal_enums": True,
                "use_path_prefixes_for_title_model_names": False,
                "post_hooks": [],
            }
        ),
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    command += ["--path", str(document), "--config", str(config), "--output-path", str(target)]
    code, output = _run([*command, "--custom-template-path", str(own)])
    if code or output.strip() != f"Generating {target}":
        (work / "generator.txt").write_text(output, encoding="utf-8")
        raise ContractRefused(f"the generator did not accept the document: {_inner(output)}")


def _inner(output: str) -> str:
    """The output of the generator, without its paths, URLs and advice."""
    lines = [line.strip() for line in output.splitlines()]
    unwanted = ("Generating ", "Warning(s) encountered", "Error(s) encountered", "If you believe")
    told = [line for line in lines if line and not line.startswith(unwanted)]
    text = " ".join(line for line in told if "http" not in line)
    return inert(re.sub(r"0x[0-9a-f]+|<[^>]* object[^>]*>|(/[\w.-]+){3,}", "...", text))


def _finish(contract: bytes, target: Path, tables: _Tables, sources: Sources) -> None:
    """Add files that the generator does not write, and remove unneeded ones."""
    for name in _UNWANTED:
        (target / name).unlink()
    for path in sorted(target.rglob("*.py")):
        if not path.read_bytes().strip():
            path.unlink()
    _write_tables(target, tables, sources.templates)
    _clean(target)
    (target / "py.typed").write_bytes(b"")
    (target / "openapi.json").write_bytes(tables.document)
    stamp = {
        "contract": _digest(contract),
        "names": _digest(sources.names.read_bytes()),
        "overlay": _digest(sources.overlay.read_bytes()),
        "templates": _digest(
            dumps(
                {
                    path.relative_to(sources.templates).as_posix(): _digest(path.read_bytes())
                    for path in sorted(sources.templates.rglob("*.jinja"))
                }
            ).encode()
        ),
        GENERATOR: GENERATOR_VERSION,
        "ruff": RUFF_VERSION,
        **({"left_out": tables.left_out} if tables.left_out else {}),
    }
    (target / "stamp.json").write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    for path in target.rglob("*"):
        if path.suffix in (".py", ".json") and b"\r\n" in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _write_tables(target: Path, tables: _Tables, templates: Path) -> None:
    """Write the modules that are made from the tables."""
    environment = Environment(  # noqa: S701  # it writes Python, not markup, and every value is a repr
        loader=FileSystemLoader(str(templates)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    models = sorted({model for entry in tables.operations for model in entry.models})
    imports = [{"name": model, "module": snake(model)} for model in models]
    given = {**tables._asdict(), "imports": imports}
    for name in ("operations.py", "columns.py", "requests.py"):
        template = environment.get_template(f"{name}.jinja")
        (target / name).write_text(template.render(given), encoding="utf-8")


def _clean(target: Path) -> None:
    """Sort imports, format, and check for undefined names, all files at once."""
    for words in _RUFF_RUNS:
        code, output = _run([find_ruff_bin(), *words.format(target.name).split()], target.parent)
        if code:
            raise ContractRefused(f"the generated code is invalid:\n{output}")


def _check_complete(prepared: Node, target: Path, table: list[Entry]) -> None:
    """Check that every operation has its module and every schema its class."""
    missing = [
        f"operation {entry.key} ({entry.name})"
        for entry in table
        if not target.joinpath(*entry.module.split(".")[1:-1], f"{entry.name}.py").is_file()
    ]
    wanted = set(_classes(prepared))
    made: set[str] = set()
    for path in sorted((target / "models").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                made.add(node.name)
            elif (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and "TypeAlias" in ast.dump(node)
            ):
                made.add(node.target.id)
    missing += [f"schema {name}" for name in sorted(wanted - made)]
    if missing:
        raise ContractRefused(f"the generator dropped {', '.join(missing)}")
    if made - wanted:
        raise ContractRefused(
            f"the generator made unexpected models: {', '.join(sorted(made - wanted))}"
        )


def _classes(prepared: Node) -> list[str]:
    """Schemas that become a class or an alias; other unions do not."""
    return [name for name, schema in schemas(prepared).items() if "title" in schema]


def _check_imports(prepared: Node, target: Path, table: list[Entry]) -> None:
    operations = {
        entry.module.replace(PACKAGE, target.name, 1): [
            *(name for name, where in entry.arguments.items() if where == "path"),
            *(["body"] if entry.takes_body else []),
            *(name for name, where in entry.arguments.items() if where != "path"),
        ]
        for entry in table
    }
    code, output = _run(
        [sys.executable, "-B", "-c", _IMPORT_ALL, str(target.parent), target.name],
        text=json.dumps({"operations": operations, "models": _classes(prepared)}),
    )
    if code or output != "[]":
        failed = output if code else "\n".join(json.loads(output))
        raise ContractRefused(f"the generated package is broken:\n{failed}")
