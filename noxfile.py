"""Every check of the project, as nox sessions; nox alone runs those that a change must pass.

The versions of Python come from the classifiers in pyproject.toml, the tools from its dependency
groups. Sessions use the Python that runs nox; `nox -s matrix` runs the tests on all of them. With
`-j auto` as many sessions run side by side as there are cores.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

nox.needs_version = ">=2026.8.10"  # the first that runs sessions in parallel
nox.options.sessions = ["lint", "typing", "tests", "contract", "regenerate-check", "docs"]
nox.options.reuse_venv = "yes"
nox.options.default_venv_backend = "uv|virtualenv"  # virtualenv works too, only slower

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
TYPED = ["facade", "sandbox", "scripts", "tests/typing"]
TESTED = "cli,pandas,parquet,polars,sandbox,snapshot,speed"  # the extras whose code the tests run
WITH_GENERATOR = "tests/generation/with_generator"
NOT_THESE = (
    "--ignore=tests/browser",
    "--ignore=tests/contract",
    f"--ignore={WITH_GENERATOR}",
    "--ignore=tests/engines",
    "--ignore=tests/snapshot/engines",
)  # they have sessions of their own
NOT_QUICK = tuple(
    f"--ignore-glob=tests/{name}"
    for name in (
        *("cli/test_help.py", "cli/test_process.py", "cli/test_streams.py", "cli/test_track.py"),
        *("cli/test_warm.py", "docs/*", "drift/test_malformed.py", "drift/test_process.py"),
        *("drift/test_walk.py", "export/test_command.py", "export/test_interruptions.py"),
        *("export/test_rows.py", "export/test_targets.py", "export/test_walks.py"),
        *("facade/test_concurrency.py", "facade/test_download.py", "faults/*"),
        *("generation/test_imports.py", "packaging/*", "properties/*", "sandbox/test_clock.py"),
        *("sandbox/test_faults.py", "sandbox/test_organizations.py", "sandbox/test_own_world.py"),
        *("sandbox/test_process.py", "snapshot/test_stored_breakouts.py"),
        *("snapshot/test_views.py", "workflows/*"),
    )
)

# Tests that try only some of the faults, unless CREATORAUDIT_TEST_EVERY_CASE is set.
WITH_MORE_FAULTS = ("tests/faults", "tests/cli/test_streams.py", "tests/drift/test_malformed.py")

# More workers than cores, because most tests sometimes wait for a server or a process. Not many
# more: each takes time to start, and sessions may run side by side.
SIDE_BY_SIDE = (f"--numprocesses={2 + (os.cpu_count() or 1)}", "--dist=worksteal")
FEW = (f"--numprocesses={1 + (os.cpu_count() or 1)}", "--dist=worksteal")

# Code that imports schemathesis: the contract session tests it and measures its coverage.
WITH_SCHEMATHESIS = "*/creatoraudit/contract/*.py,*/creatoraudit/cli/_contract.py"

# Code that needs an engine: the engines session tests it.
NOT_IN_TESTS = f"{WITH_SCHEMATHESIS},*/creatoraudit/snapshot/_dask.py"

# The engines that the engines session tests, each in its own environment, with what it installs.
ENGINES = {
    "dask": (".[cli,dask,sandbox]", "bokeh"),  # bokeh: a test searches its dashboard for keys
    "s3": (".[cli,snapshot,sandbox]", "s3fs", "moto[server]"),
    "ray": (".[snapshot,sandbox]", "ray"),
    "spark": (".[snapshot,sandbox]", "pyspark"),  # needs Java 17, otherwise it is skipped
    "dlt": (".[snapshot,sandbox]", "dlt[duckdb]"),
    "airflow": (".[cli,snapshot,sandbox]", "apache-airflow"),
    "dagster": (".[cli,snapshot,sandbox]", "dagster"),
    "prefect": (".[cli,snapshot,sandbox]", "prefect"),
}

# What the tests run against: the sources, or a wheel that was built earlier (the release workflow
# publishes the same file that it tested).
DISTRIBUTION = os.environ.get("CREATORAUDIT_WHEEL", ".")

# All packages that an installation without extras may consist of.
BARE = {
    "anyio",
    "attrs",
    "certifi",
    "creatoraudit",
    "h11",
    "httpcore",
    "httpx",
    "idna",
    "pip",
    "python-dateutil",
    "six",
    "sniffio",
    "typing-extensions",
    "tzdata",  # of python-dateutil 4
}


def install(session: nox.Session, *groups: str, extras: str = "", editable: bool = False) -> None:
    """Install dependency groups, and the package too if extras are named."""
    # Tests start many processes; without bytecode each would compile all that it imports.
    session.env["PYTHONDONTWRITEBYTECODE"] = ""
    # Sessions run side by side, each with data of its own.
    session.env["COVERAGE_FILE"] = str(Path(f".coverage.{session.name}").absolute())
    if sys.platform == "win32":
        session.env["COVERAGE_FORK"] = "subprocess"  # coverage refuses to look for forks there
    package = (
        ["-e", f".[{extras}]"] if editable else [f"{DISTRIBUTION}[{extras}]"] if extras else []
    )
    if package and session.venv_backend == "uv":
        # Otherwise uv would use a wheel that it built from earlier sources.
        package = ["--reinstall-package", "creatoraudit", *package]
    session.install(*package, *nox.project.dependency_groups(PYPROJECT, *groups))


def named(session: nox.Session) -> bool:
    """Whether files or folders of tests are named after --; then only those run."""
    return any(Path(one.partition("::")[0]).parts[:1] == ("tests",) for one in session.posargs)


def run_tests(session: nox.Session, suite: Sequence[str], **report: str) -> None:
    """Run a suite and check its coverage, or run the tests that are named after --.

    The coverage report is printed even if a test fails, so that one run shows both problems.
    """
    chosen = () if named(session) else suite
    session.run("coverage", "erase")
    try:
        session.run("coverage", "run", "-m", "pytest", *SIDE_BY_SIDE, *chosen, *session.posargs)
    finally:
        session.run("coverage", "combine", "--quiet")
        if not session.posargs:
            options = [f"--{name}={value}" for name, value in report.items()]
            try:
                session.run("coverage", "report", *options)
            except nox.command.CommandFailed:
                session.error("test what is missing; if tests reach it already: nox -s measured")


@nox.session
def quick(session: nox.Session) -> None:
    """Run the quick tests, which find most of what a change can break, while you write it.

    They test the facade by its async source only, and leave out what is slow for what it finds:
    whole processes, pages of the documentation, tables of faults, random responses.
    """
    install(session, "lint", "test", extras=TESTED, editable=True)
    session.run("ruff", "check")
    session.run("python", "scripts/unasync.py", "--check")
    chosen = () if named(session) else ("tests", *NOT_THESE, *NOT_QUICK)
    session.run(
        *("pytest", *FEW, *chosen, "--maxfail=10", "-qq", *session.posargs),
        env={"CREATORAUDIT_TEST_QUICK": "1"},
    )


@nox.session(allow_parallel=True)
def lint(session: nox.Session) -> None:
    """Check rules, formatting, and that the sync half of the facade matches its async source."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("python", "scripts/unasync.py", "--check")
    session.run("zizmor", "--offline", "--quiet", ".github")
    if shutil.which("actionlint"):
        session.run("actionlint", external=True)


@nox.session(allow_parallel=True)
def typing(session: nox.Session) -> None:
    """Check the types with two checkers: they disagree often enough to need both.

    One of them also checks the examples in docstrings.
    """
    install(session, "typing", "generate", extras=f"{TESTED},contract", editable=True)
    examples = Path(session.create_tmp()) / "examples_in_docstrings.py"
    session.run("python", "-m", "support.docstrings", str(examples), env={"PYTHONPATH": "tests"})
    # Named, because basedpyright would otherwise use a .venv in the project's folder.
    second = ("basedpyright", "--pythonpath", str(Path(session.bin) / "python"))
    with ThreadPoolExecutor() as side_by_side:
        running = side_by_side.submit(session.run, *second, silent=True)
        try:
            session.run("mypy", *TYPED, "noxfile.py", str(examples))
        finally:
            session.log(str(running.result()).strip())


@nox.session(allow_parallel=True)
def tests(session: nox.Session) -> None:
    """Test the installed package; arguments after -- go to pytest."""
    install(session, "test", "docs-test", "httpx2", extras=TESTED)
    run_tests(session, ("tests", *NOT_THESE), omit=NOT_IN_TESTS)


@nox.session
def measured(session: nox.Session) -> None:
    """Choose anew which cases are measured: few and short ones that reach what all reach."""
    install(session, "test", "docs-test", "httpx2", extras=f"{TESTED},contract")
    suite = ("tests", *(one for one in NOT_THESE if one != "--ignore=tests/contract"))
    times = str(Path(session.create_tmp()) / "times.xml")
    run = ("coverage", "run", "-m", "pytest", *SIDE_BY_SIDE, f"--junit-xml={times}", *suite)
    choose = ("pytest", "--collect-only", "-qqq", "-p", "support.choose_measured", *suite)
    known = {"MEASURED_BY_CONTRACT": WITH_SCHEMATHESIS, "MEASURED_TIMES": times}
    session.run("coverage", "erase")
    session.run(*run, env={"COVERAGE_CONTEXT": ""})
    session.run("coverage", "combine", "--quiet")
    session.run(*choose, env={"PYTHONPATH": "tests", **known}, silent=True)


@nox.session(python=PYTHONS)
def matrix(session: nox.Session) -> None:
    """Run the tests on every supported Python of this machine."""
    install(session, "test", "docs-test", "httpx2", extras=TESTED)
    run_tests(session, ("tests", *NOT_THESE), omit=NOT_IN_TESTS)


@nox.session
def properties(session: nox.Session) -> None:
    """Try 20,000 random and mutated responses instead of the 240 of the ordinary tests."""
    install(session, "test", extras=TESTED)
    cases = {"CREATORAUDIT_TEST_CASES": os.environ.get("CREATORAUDIT_TEST_CASES", "20000")}
    session.run("pytest", "tests/properties", *session.posargs, env=cases)


@nox.session
def faults(session: nox.Session) -> None:
    """Try every operation under every fault, and every case with every kind of client."""
    install(session, "test", "docs-test", "httpx2", extras=TESTED)
    every = {"CREATORAUDIT_TEST_EVERY_CASE": "1"}
    if named(session):
        session.run("pytest", *SIDE_BY_SIDE, *session.posargs, env=every)
        return
    session.run("pytest", *SIDE_BY_SIDE, *WITH_MORE_FAULTS, *session.posargs, env=every)
    others = [f"--ignore={one}" for one in WITH_MORE_FAULTS]
    session.run("pytest", *SIDE_BY_SIDE, "tests", *NOT_THESE, *others, *session.posargs, env=every)


@nox.session(allow_parallel=True)
def contract(session: nox.Session) -> None:
    """Compare the sandbox with openapi.json; try the contract checks and their command."""
    install(session, "test", extras="cli,contract")
    suite = ("tests/contract", "tests/cli", "-m", "contract", *FEW)
    run_tests(session, suite, include=WITH_SCHEMATHESIS)


@nox.session(name="contract-drift")
def contract_drift(session: nox.Session) -> None:
    """Try every drift of the sandbox on the contract checks, instead of one of each kind."""
    install(session, "test", extras="contract")
    every = {"CREATORAUDIT_CONFORMANCE_DRIFTS": "all"}
    session.run("pytest", "tests/contract/test_drifts.py", *session.posargs, env=every)


@nox.session(name="contract-live")
def contract_live(session: nox.Session) -> None:
    """Check, with reads only, whether the live API keeps the contract; needs a key.

    It runs `creatoraudit contract` with the options after --, and exits with its code: 0 kept, 1
    broken, 2 the check could not finish.
    """
    install(session, extras="cli,contract")
    if session.run("creatoraudit", "--version") is None:
        return  # --install-only, which the call below would not notice
    command = [str(Path(session.bin) / "creatoraudit"), "contract", *session.posargs]
    if code := subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        sys.exit(code)  # nox would turn every failure into 1


@nox.session(name="regenerate-check", allow_parallel=True)
def regenerate_check(session: nox.Session) -> None:
    """Check that generated/ is, byte for byte, what is generated from openapi.json."""
    install(session, "generate", "test", extras="sandbox")
    chosen = () if named(session) else (WITH_GENERATOR,)
    if not session.posargs:
        session.run("python", "scripts/regenerate.py", "--check", env={"PYTHONHASHSEED": "0"})
    session.run("pytest", *FEW, *chosen, *session.posargs)


@nox.session
def regenerate(session: nox.Session) -> None:
    """Regenerate generated/; `-- --from FILE|URL` uses another contract."""
    install(session, "generate", extras="sandbox")
    session.run("python", "scripts/regenerate.py", *session.posargs)


@nox.session
def drift(session: nox.Session) -> None:
    """Compare two OpenAPI documents: `-- OLD NEW`, and the options of `creatoraudit drift`."""
    install(session, "generate", extras="cli")
    session.run("python", "scripts/drift.py", *session.posargs, success_codes=[0, 1])


@nox.session
def follow(session: nox.Session) -> None:
    """Update openapi.json from the document that the API publishes, and summarise the changes."""
    install(session, "generate", extras="sandbox")
    session.run("python", "scripts/follow.py", *session.posargs)


@nox.session(reuse_venv=False)  # newer packages of an earlier run would be kept
def lowest(session: nox.Session) -> None:
    """Run the tests on the oldest direct dependencies that pyproject.toml allows."""
    install(session, "lowest")
    uv = ("uv", "pip")
    here = ("--python", session.virtualenv.location)
    # Reinstalled, because uv would otherwise use a wheel that it built from earlier sources.
    resolve = ("--resolution", "lowest-direct", "--reinstall-package", "creatoraudit")
    session.run(*uv, "install", *here, *resolve, f".[{TESTED}]")
    # The test tools may be new; the packages under test keep their versions.
    frozen = str(session.run(*uv, "freeze", *here, silent=True))
    pins = [line for line in frozen.splitlines() if "==" in line]
    constraints = Path(session.create_tmp()) / "lowest.txt"
    constraints.write_text("\n".join(pins) + "\n", encoding="utf-8")
    tools = nox.project.dependency_groups(PYPROJECT, "test")
    session.run(*uv, "install", *here, "--constraints", str(constraints), *tools)
    session.run(*uv, "list", *here)
    session.run("pytest", "tests", *NOT_THESE, *SIDE_BY_SIDE, *session.posargs)


@nox.session
def newest(session: nox.Session) -> None:
    """Run the tests on the newest releases of all dependencies."""
    eager = [] if session.venv_backend == "uv" else ["--upgrade-strategy", "eager"]
    tools = nox.project.dependency_groups(PYPROJECT, "test", "httpx2")
    session.install("--upgrade", *eager, f".[{TESTED},contract]", *tools)
    others = ("--ignore=tests/browser", f"--ignore={WITH_GENERATOR}")
    session.run("pytest", "tests", *others, *SIDE_BY_SIDE, *session.posargs)


@nox.session
def package(session: nox.Session) -> None:
    """Build wheel and sdist, install the wheel alone, and use it as a user would."""
    install(session, "package")
    with tempfile.TemporaryDirectory() as folder:
        dist = Path(folder) / "dist"
        if DISTRIBUTION == ".":
            # The wheel is built from the sdist, so both are complete if the wheel is.
            session.run("python", "-m", "build", "--outdir", str(dist))
            (wheel,) = dist.glob("*.whl")
        else:
            wheel = Path(DISTRIBUTION).resolve()
        check_contents(session, wheel)
        bare = Path(folder) / "bare"
        session.run("python", "-m", "venv", str(bare))
        scripts = bare / ("Scripts" if sys.platform == "win32" else "bin")
        python, command = str(scripts / "python"), str(scripts / "creatoraudit")
        session.run(python, "-m", "pip", "install", "--quiet", str(wheel), external=True)
        check_bare(session, python)
        session.chdir(
            folder
        )  # leave the project's folder, so that only the installed files are found
        session.run(
            python, "-c", "import creatoraudit; print(creatoraudit.__version__)", external=True
        )
        session.run(command, "--version", external=True)
        said = session.run(*(command, "breakouts"), external=True, silent=True, success_codes=[2])
        if "pip install 'creatoraudit[cli]'" not in str(said):
            session.error(f"the bare command does not name the extra: {said}")
        consumer = Path(__file__).parent / "tests" / "typing" / "consumer.py"
        # It also uses frames, and pandas is not installed.
        lenient = "--disable-error-code=import-untyped"
        session.run("mypy", "--strict", lenient, "--python-executable", python, str(consumer))


def check_contents(session: nox.Session, wheel: Path) -> None:
    """Check that the wheel holds three typed packages, the contract, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    roots = {"creatoraudit", "creatoraudit_api", "creatoraudit_sandbox"}
    needed = {f"{root}/py.typed" for root in roots} | {"creatoraudit_api/openapi.json"}
    if missing := needed - names:
        session.error(f"the wheel lacks {sorted(missing)}")
    found = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    if found != roots:
        session.error(f"the wheel holds {sorted(found)}, expected {sorted(roots)}")


def check_bare(session: nox.Session, python: str) -> None:
    """Check that an installation without extras has only the promised packages."""
    listed = session.run(
        *(python, "-m", "pip", "list", "--format=json"), external=True, silent=True, stderr=None
    )
    installed = {entry["name"].lower().replace("_", "-") for entry in json.loads(str(listed))}
    if extra := installed - BARE - {"setuptools"}:
        session.error(f"an installation without extras also has {sorted(extra)}")


@nox.session
def api(session: nox.Session) -> None:
    """Show how the public API differs from the last release."""
    install(session, "api")
    tags = ("git", "tag", "--list", "v*", "--merged=HEAD", "--sort=-version:refname")
    tag, *_ = str(session.run(*tags, external=True, silent=True)).split() or [""]
    if not tag:
        session.skip("nothing has been released yet")
    # The names of the package, what the attributes of a client lead to, and what calls return.
    for part in ("creatoraudit", "creatoraudit._sync.types", "creatoraudit_api.models"):
        session.run(
            *("griffe", "check", part, "--search", "facade", "--search", "generated"),
            *("--against", tag),
            success_codes=[0, 1],  # 1 means a breaking change, which is allowed before 1.0
        )


@nox.session(name="release-tools")
def release_tools(session: nox.Session) -> None:
    """Lock the newest releases of the tools in .github/release-tools.in, with their hashes."""
    install(session, "lowest")
    session.run(
        *("uv", "pip", "compile", "--universal", "--python-version=3.11", "--generate-hashes"),
        *("--no-annotate", "--upgrade", "--quiet"),
        *("--custom-compile-command", "nox -s release-tools"),
        *(".github/release-tools.in", "--output-file", ".github/release-tools.txt"),
    )


@nox.session
@nox.parametrize("engine", list(ENGINES), ids=list(ENGINES))
def engines(session: nox.Session, engine: str) -> None:
    """Run snapshots and their recipes on real engines, each in its own environment."""
    install(session, "test")
    session.install(*ENGINES[engine])
    if engine == "dask":
        session.run("coverage", "erase")
        session.run("coverage", "run", "-m", "pytest", "tests/snapshot/engines", *session.posargs)
        session.run("coverage", "combine", "--quiet")
        session.run("coverage", "report", "--include=*/creatoraudit/snapshot/_dask.py")
    # Engines take long to start on a busy machine.
    session.run("pytest", "--timeout=1200", f"tests/engines/test_{engine}.py", *session.posargs)


@nox.session(allow_parallel=True)
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error. `-- linkcheck` checks external links."""
    install(session, "docs", extras="cli,contract,sandbox")
    for builder in session.posargs or ["html"]:
        strict = ("--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", "--jobs=auto")
        session.run("sphinx-build", *strict, "-b", builder, "docs", f"docs/_build/{builder}")


@nox.session
def browser(session: nox.Session) -> None:
    """Test reports in a real Chromium, which must be on PATH; keeps pictures of them."""
    install(session, "browser", extras="cli,sandbox")
    session.run("pytest", "tests/browser", *session.posargs)


@nox.session
def pictures(session: nox.Session) -> None:
    """Make the pictures in docs/images again; needs a Chromium on PATH."""
    install(session, "browser", extras="cli,sandbox")
    session.run("python", "scripts/pictures.py")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure every claim about speed; names after -- select some of the benchmarks."""
    install(session, "bench", extras="cli,sandbox,snapshot,speed")
    session.install(*nox.project.dependency_groups(PYPROJECT, "generate"))
    scripts = ["startup", "overhead", "throughput", "breakouts", "memory", "decode", "batches"]
    scripts += ["snapshots"]
    for name in session.posargs or scripts:
        session.run("python", f"benchmarks/{name}.py")
    session.run("python", "benchmarks/table.py")


@nox.session
def conformance(session: nox.Session) -> None:
    """Compare the sandbox with openapi.json in 10,000 cases instead of the ordinary 1,000."""
    install(session, "test", extras="cli,contract")
    more = {"CREATORAUDIT_CONFORMANCE_EXAMPLES": "330"}
    session.run("pytest", "tests/contract", "--timeout=3600", *session.posargs, env=more)


@nox.session
def soak(session: nox.Session) -> None:
    """Test memory and kill -9: export a million posts, snapshot a thousand organizations. Slow."""
    install(session, "test", extras=TESTED)
    # Named, so that no other session collects them.
    files = ("tests/soak/million.py", "tests/soak/snapshots.py")
    session.run("pytest", "--capture=no", *files, *session.posargs)
