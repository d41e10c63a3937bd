"""From a contract to a finished package in a folder of its own, or a refusal that names what is wrong.

Runs the pinned generator over the prepared document, adds the operations table, and checks the result: nothing
dropped, every module importable, table and signatures in agreement. Where the package goes is the caller's business.
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

from .document import ContractRefused, Node, load, normalised, places, read, schemas
from .names import Names, dumps, snake
from .overlay import Overlay
from .table import Entry, build, tag_folder

PACKAGE = "creatoraudit_api"
GENERATOR = "openapi-python-client"
GENERATOR_VERSION = "0.29.1"
RUFF_VERSION = "0.17.6"

_RUFF = "--isolated --no-cache --line-length 100 --target-version py311"
_CONFIG = {
    "literal_enums": True,
    "use_path_prefixes_for_title_model_names": False,
    # Isolated: the settings of a project around the output folder would change the output.
    "post_hooks": [
        f"ruff check . {_RUFF} --fix-only --select F401,I,UP,RUF100"
        " --config lint.isort.split-on-trailing-comma=false",
        f"ruff format . {_RUFF} --config format.skip-magic-trailing-comma=true",
        f"ruff check . {_RUFF} --select F821,F811,E9",
    ],
}
_UNWANTED = ("errors.py",)
_IMPORT_ALL = """
import importlib, inspect, json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
expected = json.load(sys.stdin)
failed = []
package = importlib.import_module(sys.argv[2])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=failed.append):
    try:
        importlib.import_module(module.name)
    except Exception as error:
        failed.append(f"{module.name}: {type(error).__name__}: {error}")
if not failed:
    for module, arguments in expected["operations"].items():
        got = [name for name in inspect.signature(importlib.import_module(module).get_kwargs).parameters]
        if got != arguments:
            failed.append(f"{module}: takes {got}, the table says {arguments}")
    models = importlib.import_module(sys.argv[2] + ".models")
    failed += [f"{name}: not in models" for name in expected["models"] if not hasattr(models, name)]
print(json.dumps(failed))
"""


class Sources(NamedTuple):
    """Everything a generated tree depends on beside the contract and the tools."""

    names: Path
    overlay: Path
    templates: Path


class Summary(NamedTuple):
    """What was generated."""

    operations: int
    schemas: int
    derived: tuple[str, ...]
    """Operations that names.json does not know, under the name they got."""


def check_tools() -> None:
    """The versions this tree is written by are exact: another one writes another tree."""
    for name, wanted in ((GENERATOR, GENERATOR_VERSION), ("ruff", RUFF_VERSION)):
        found = version(name)
        if found != wanted:
            raise ContractRefused(f"{name} is {found}, but this project generates with {wanted}")


def generate(contract: bytes, source: str, target: Path, work: Path, sources: Sources) -> Summary:
    """Writes the package of a contract to `target`, which must not exist; `work` is a scratch folder."""
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
    _finish(contract, target, table, sources)
    _check_complete(prepared, target)
    _check_imports(prepared, target, table)
    known = {place.key for place in places(document)} & set(names.operations)
    derived = tuple(place.node["operationId"] for place in places(named) if place.key not in known)
    return Summary(operations=count, schemas=len(schemas(prepared)), derived=derived)


def _run_generator(prepared: Node, table: list[Entry], target: Path, work: Path, templates: Path) -> None:
    own = work / "templates"
    shutil.copytree(templates, own)
    # The generator hands no more than its own view of an operation to a template; the rest travels in a file of ours.
    plan = {entry.name: {"returns": entry.returns, "comma_separated": entry.comma_separated} for entry in table}
    (own / "plan.jinja").write_text(f"{{% set plan = {plan!r} %}}", encoding="utf-8")
    document = work / "prepared.json"
    document.write_text(json.dumps(prepared), encoding="utf-8")
    config = work / "config.json"
    config.write_text(json.dumps(_CONFIG), encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    command += ["--path", str(document), "--output-path", str(target), "--config", str(config)]
    command += ["--custom-template-path", str(own)]
    # Without ruff beside the interpreter the generator would only warn and leave the output unformatted.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "200"}
    )
    output = f"{done.stdout}\n{done.stderr}".strip()
    said_more = re.search(r"warning|error", output, re.IGNORECASE) or "Generating" not in done.stdout
    if done.returncode or said_more:
        raise ContractRefused(f"the generator did not accept the document:\n{output}")


def _finish(contract: bytes, target: Path, table: list[Entry], sources: Sources) -> None:
    """Adds what the generator does not write, removes what nobody needs."""
    for name in _UNWANTED:
        (target / name).unlink()
    for path in sorted(target.rglob("*.py")):
        if not path.read_bytes().strip():
            path.unlink()
    _write_operations(target, table, sources.templates)
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
    for cache in target.rglob("__pycache__"):
        shutil.rmtree(cache)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _write_operations(target: Path, table: list[Entry], templates: Path) -> None:
    environment = Environment(
        loader=FileSystemLoader(str(templates)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    models = sorted({model for entry in table for model in entry.models})
    imports = [{"name": model, "module": snake(model)} for model in models]
    path = target / "operations.py"
    path.write_text(
        environment.get_template("operations.py.jinja").render(operations=table, imports=imports), encoding="utf-8"
    )
    for hook in _CONFIG["post_hooks"]:
        assert isinstance(hook, str)
        command = [str(Path(sys.executable).parent / "ruff"), *hook.replace(" . ", f" {path.name} ").split()[1:]]
        done = subprocess.run(command, cwd=target, capture_output=True, text=True)
        if done.returncode:
            raise ContractRefused(f"operations.py is not sound:\n{done.stdout}{done.stderr}")


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
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and "TypeAlias" in ast.dump(node):
                made.add(node.target.id)
    missing += [f"schema {name}" for name in sorted(wanted - made)]
    if missing:
        raise ContractRefused(f"the generator dropped {', '.join(missing)}")
    if made - wanted:
        raise ContractRefused(f"the generator made models nobody named: {', '.join(sorted(made - wanted))}")


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
    done = subprocess.run(
        [sys.executable, "-B", "-c", _IMPORT_ALL, str(target.parent), target.name],
        input=json.dumps({"operations": operations, "models": _classes(prepared)}),
        capture_output=True,
        text=True,
    )
    failed = json.loads(done.stdout) if done.returncode == 0 else [done.stderr.strip()]
    if failed:
        raise ContractRefused("the generated package is broken:\n" + "\n".join(failed))
