"""From a contract to a finished package in a folder of its own, or a refusal that says why not.

Runs the pinned generator over the prepared document, adds the operations table, and checks the
result: nothing dropped, every module importable, table and signatures in agreement. Where the
package goes is the caller's business.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .document import ContractRefused, Node, load, normalised, places, read, schemas
from .names import Names, dumps, snake
from .overlay import Overlay
from .table import Column, Entry, build, columns, tag_folder

PACKAGE = "creatoraudit_api"
GENERATOR = "openapi-python-client"
GENERATOR_VERSION = "0.29.1"
RUFF_VERSION = "0.17.6"

# Isolated: the settings of a project around the output folder would change the output.
_RUFF = "--isolated --no-cache --line-length 100 --target-version py311"
_COMPACT_IMPORTS = "--config lint.isort.split-on-trailing-comma=false"
_POST_HOOKS = (
    f"check . {_RUFF} --fix-only --select F401,I,UP {_COMPACT_IMPORTS}",
    f"format . {_RUFF} --config format.skip-magic-trailing-comma=true",
    f"check . {_RUFF} --select F821,F811,E9",
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
    """Everything a generated tree depends on beside the contract and the tools."""

    names: Path
    overlay: Path
    templates: Path


class Summary(NamedTuple):
    """What was generated."""

    operations: int
    models: int
    derived: tuple[str, ...]
    """Operations that names.json does not know, under the name they got."""
    absent: tuple[str, ...]
    """Models of names.json for which the contract has no schema."""
    merged: tuple[str, ...]
    """Models of names.json that stand for several schemas of the contract."""


def check_tools() -> None:
    """The versions this tree is written by are exact: another one writes another tree."""
    for name, wanted in ((GENERATOR, GENERATOR_VERSION), ("ruff", RUFF_VERSION)):
        found = version(name)
        if found != wanted:
            raise ContractRefused(f"{name} is {found}, but this project generates with {wanted}")


def generate(contract: bytes, source: str, target: Path, work: Path, sources: Sources) -> Summary:
    """Writes the package of a contract to `target`, which must not exist; `work` is for scratch."""
    check_tools()
    names = Names(read(sources.names))
    overlay = Overlay(read(sources.overlay))
    document = normalised(load(contract, source), base_path=names.base_path)
    count = sum(1 for _ in places(document))
    named = names.apply(document)
    table = build(named, overlay, PACKAGE)
    if len(table) != count:
        raise ContractRefused(f"{count} operations went in, {len(table)} came out of naming")
    prepared = overlay.apply(named)
    _run_generator(prepared, table, target, work, sources.templates)
    _finish(contract, target, table, columns(named), sources)
    _check_complete(prepared, target)
    _check_imports(prepared, target, table)
    return Summary(
        operations=count,
        models=len(_classes(prepared)),
        derived=tuple(
            entry.name
            for entry, place in zip(table, places(document), strict=True)
            if place.key not in names.operations
        ),
        absent=tuple(sorted(names.absent)),
        merged=tuple(sorted(names.merged)),
    )


def _run(command: list[str], cwd: Path | None = None, text: str | None = None) -> tuple[int, str]:
    """Exit code and output of a tool; without ruff on the path the generator would only warn."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, *command],
        input=text,
        cwd=cwd,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "200"},
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
    # A template sees the generator's view of an operation and no more; the rest travels in a file.
    plan = {
        entry.name: {
            "returns": entry.returns,
            "comma_separated": entry.comma_separated,
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
                "post_hooks": [f"ruff {hook}" for hook in _POST_HOOKS],
            }
        ),
        encoding="utf-8",
    )
    command = ["-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    command += ["--path", str(document), "--config", str(config), "--output-path", str(target)]
    code, output = _run([*command, "--custom-template-path", str(own)])
    if code or output.strip() != f"Generating {target}":
        raise ContractRefused(f"the generator did not accept the document:\n{output.strip()}")


def _finish(
    contract: bytes,
    target: Path,
    table: list[Entry],
    members: dict[str, list[Column]],
    sources: Sources,
) -> None:
    """Adds what the generator does not write, removes what nobody needs."""
    for name in _UNWANTED:
        (target / name).unlink()
    for path in sorted(target.rglob("*.py")):
        if not path.read_bytes().strip():
            path.unlink()
    _write_tables(target, table, members, sources.templates)
    (target / "py.typed").write_bytes(b"")
    (target / "openapi.json").write_bytes(contract)
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
    }
    (target / "stamp.json").write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    for path in target.rglob("*"):
        if path.suffix in (".py", ".json") and b"\r\n" in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _write_tables(
    target: Path, table: list[Entry], members: dict[str, list[Column]], templates: Path
) -> None:
    """Writes the modules that the generator does not know: operations.py and columns.py."""
    environment = Environment(  # noqa: S701  # no markup: Python source, every value a repr
        loader=FileSystemLoader(str(templates)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    models = sorted({model for entry in table for model in entry.models})
    imports = [{"name": model, "module": snake(model)} for model in models]
    given = {"operations": table, "imports": imports, "models": members}
    paths = [target / "operations.py", target / "columns.py"]
    for path in paths:
        template = environment.get_template(f"{path.name}.jinja")
        path.write_text(template.render(given), encoding="utf-8")
    for hook in _POST_HOOKS:
        written = " ".join(str(path.relative_to(target.parent)) for path in paths)
        words = hook.replace(" . ", f" {written} ").split()
        # Not in the package's own folder: its types.py would hide the standard library's.
        code, output = _run(["-m", "ruff", *words], target.parent)
        if code:
            raise ContractRefused(f"the tables are not sound:\n{output}")


def _check_complete(prepared: Node, target: Path) -> None:
    """Every operation and every schema that went in has its module and its class."""
    missing = [
        f"operation {place.key} ({place.node['operationId']})"
        for place in places(prepared)
        if not (target / "api" / tag_folder(place) / f"{place.node['operationId']}.py").is_file()
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
            f"the generator made models nobody named: {', '.join(sorted(made - wanted))}"
        )


def _classes(prepared: Node) -> list[str]:
    """Schemas that become a class or an alias; unions of others do not."""
    return [name for name, schema in schemas(prepared).items() if "title" in schema]


def _check_imports(prepared: Node, target: Path, table: list[Entry]) -> None:
    operations = {
        entry.module.replace(PACKAGE, target.name, 1): [
            *(name for name, where in entry.arguments.items() if where == "path"),
            *(["body"] if "requestBody" in place.node else []),
            *(name for name, where in entry.arguments.items() if where != "path"),
        ]
        for entry, place in zip(table, places(prepared), strict=True)
    }
    code, output = _run(
        ["-B", "-c", _IMPORT_ALL, str(target.parent), target.name],
        text=json.dumps({"operations": operations, "models": _classes(prepared)}),
    )
    if code or output != "[]":
        failed = output if code else "\n".join(json.loads(output))
        raise ContractRefused(f"the generated package is broken:\n{failed}")
