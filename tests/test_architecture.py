"""The house rules that the syntax tree can see: who imports whom, and what may not be there at all."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("secgov", "firmware_repo", "cpl", "ssc")

# Every module of ours belongs to the longest of these names that it starts with.
# A higher number may import a lower one, and its own.
FLOOR, ROOF = 0, 7
LAYERS = {
    "secgov": ROOF,
    "secgov.local": ROOF,
    "ssc": 6,
    "cpl": 5,
    "firmware_repo": 4,
    "secgov.documents": 3,
    "secgov.accounts": 2,
    "secgov.journal": 1,
    "secgov.errors": FLOOR,
    "secgov.clauses": FLOOR,
    "secgov.time_rules": FLOOR,
    "secgov.verify": FLOOR,
}
APPS = ("secgov.journal", "secgov.accounts", "secgov.documents", "firmware_repo", "cpl", "ssc")
# The floor, and what it may use besides the standard library.
FLOOR_MAY_USE = {"secgov.verify": {"cryptography"}}

# What lies directly below each package that is not an app: a newcomer has to be named here.
PARTS_OF_SECGOV = {
    *("errors", "clauses", "time_rules", "verify"),
    *("journal", "accounts", "documents", "local"),
    *("settings", "environment", "urls", "celery", "checks", "wsgi", "apps", "admin", "api", "web"),
}
TOP_LEVEL = {*OURS, "tests", "bench", "clients", "deploy", "manage"}

# Inside an app a module is told by its name. What is none of these (a journal's clock, an
# app's notices) is inner: services and edges use it, it uses neither edges nor, if a model
# or a rule, services.
EDGES = {"admin", "api", "forms", "management", "portal", "tasks", "templatetags", "urls", "views", "web"}

REFUSED_NAMES = {"core", "common", "utils", "util", "helpers", "helper", "misc", "shared", "mixins"}

# An import inside a function is allowed only here: (module, what it imports), and why.
LATE_IMPORTS: dict[tuple[str, str], str] = {}

# Only these read the real clock: everyone else is handed an instant by an edge.
CLOCKS = {
    "secgov.journal.clock": "it is the one clock of the edges, which a rehearsal moves",
    "secgov.verify": "run alone, without Django, it has no other clock",
}


@dataclass(frozen=True)
class Import:
    """One imported name: by whom, what, on which line, and whether inside a function."""

    importer: str
    target: str
    line: int
    late_in: str = ""

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


@cache
def modules() -> dict[str, Path]:
    """Give path by dotted name of every module of ours; migrations are Django's to write."""
    files = [file for top in OURS for file in (ROOT / top).rglob("*.py") if "migrations" not in file.parts]
    return {name_of(file): file for file in sorted(files)}


def name_of(file: Path) -> str:
    """Give the dotted name of a file of ours."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(module: str) -> ast.Module:
    """Give the syntax tree of a module of ours."""
    file = modules()[module]
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imports_of(module: str) -> Iterator[Import]:
    """Give what a module imports, resolved to a module where there is one, for types as well as to run."""
    package = module if modules()[module].name == "__init__.py" else module.rpartition(".")[0]
    yield from _imports(tree_of(module), module, package, "")


def _imports(node: ast.AST, module: str, package: str, late_in: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, alias.name, child.lineno, late_in)
        elif isinstance(child, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - child.level + 1] if child.level else []
            source = ".".join([*base, *([child.module] if child.module else [])])
            for alias in child.names:
                whole = f"{source}.{alias.name}"
                yield Import(module, whole if whole in modules() else source, child.lineno, late_in)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imports(child, module, package, late_in or child.name)
        else:
            yield from _imports(child, module, package, late_in)


def all_imports() -> list[Import]:
    """Give every import in every module of ours."""
    return [one for module in modules() for one in imports_of(module)]


def is_ours(module: str) -> bool:
    """Say whether a dotted name belongs to the project."""
    return module.partition(".")[0] in OURS


def within(module: str, package: str) -> bool:
    """Say whether a module is a package or lies in it."""
    return module == package or module.startswith(f"{package}.")


def layer_of(module: str) -> int:
    """Give the layer of a module of ours."""
    return LAYERS[max((name for name in LAYERS if within(module, name)), key=len)]


def app_of(module: str) -> str:
    """Give the app that a module belongs to, or nothing for floor and roof."""
    return next((app for app in APPS if within(module, app)), "")


def part_of(module: str) -> str:
    """Give what kind of module this is inside its app: its first name below the app."""
    return module.removeprefix(app_of(module)).lstrip(".").partition(".")[0] if app_of(module) else ""


def refused(found: Iterator[Import] | list[Import]) -> list[str]:
    """Give the offending imports as lines to read."""
    return [str(one) for one in found]


def test_imports_go_down_only() -> None:
    assert refused(
        one
        for one in all_imports()
        if is_ours(one.target) and layer_of(one.target) > layer_of(one.importer)
    ) == []  # fmt: skip


def test_floor_uses_the_standard_library_only() -> None:
    assert refused(
        one
        for one in all_imports()
        if layer_of(one.importer) == FLOOR
        and not is_ours(one.target)
        and one.target.partition(".")[0]
        not in sys.stdlib_module_names | FLOOR_MAY_USE.get(one.importer, set())
    ) == []  # fmt: skip


def test_rules_use_the_standard_library_the_floor_and_rules_only() -> None:
    assert refused(
        one
        for one in all_imports()
        if part_of(one.importer) == "rules"
        and one.target.partition(".")[0] not in sys.stdlib_module_names
        and not (is_ours(one.target) and (layer_of(one.target) == FLOOR or part_of(one.target) == "rules"))
    ) == []  # fmt: skip


def test_models_use_neither_services_nor_edges() -> None:
    assert refused(
        one
        for one in all_imports()
        if part_of(one.importer) == "models" and part_of(one.target) in EDGES | {"services"}
    ) == []  # fmt: skip


def test_only_edges_use_edges() -> None:
    assert refused(
        one
        for one in all_imports()
        if app_of(one.importer) and part_of(one.importer) not in EDGES and part_of(one.target) in EDGES
    ) == []  # fmt: skip


def test_embedded_servers_stand_apart_from_the_application() -> None:
    assert refused(
        one
        for one in all_imports()
        if is_ours(one.target)
        and within(one.importer, "secgov.local") != within(one.target, "secgov.local")
        and layer_of(one.target) != FLOOR
    ) == []  # fmt: skip


def test_no_import_hides_inside_a_function() -> None:
    late = [
        one
        for one in all_imports()
        if one.late_in
        # Django says itself that what `ready` needs cannot be imported before the apps are.
        and not (one.late_in == "ready" and one.importer.endswith(".apps"))
        and (one.importer, one.target) not in LATE_IMPORTS
    ]
    assert refused(late) == []


def test_every_allowed_late_import_is_still_there() -> None:
    late = {(one.importer, one.target) for one in all_imports() if one.late_in}
    assert [pair for pair in LATE_IMPORTS if pair not in late] == []


def test_secgov_itself_stays_empty() -> None:
    assert (ROOT / "secgov" / "__init__.py").read_text(encoding="utf-8") == ""


def test_there_is_no_package_beyond_those_of_the_house() -> None:
    def packages(folder: Path) -> set[str]:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith((".", "__"))]
        folders = {entry.name for entry in entries if entry.is_dir() and any(entry.rglob("*.py"))}
        return folders | {entry.stem for entry in entries if entry.suffix == ".py"}

    assert packages(ROOT) - TOP_LEVEL == set()
    assert packages(ROOT / "secgov") - PARTS_OF_SECGOV == set()


@pytest.mark.parametrize("package", APPS)
def test_app_does_not_hide_another_app(package: str) -> None:
    folder = ROOT.joinpath(*package.split("."))
    assert [str(file.relative_to(ROOT)) for file in folder.rglob("apps.py") if file.parent != folder] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [module for module in modules() if set(module.split(".")) & REFUSED_NAMES] == []


def clock_readings() -> Iterator[str]:
    """Give every call that asks the machine what time it is, as module:line."""
    for module in modules():
        if module in CLOCKS or within(module, "secgov.local"):
            continue
        for node in ast.walk(tree_of(module)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"now", "today", "utcnow", "localdate", "localtime"}
                and ast.unparse(node.func.value).rpartition(".")[2] in {"date", "datetime", "timezone"}
            ):
                yield f"{module}:{node.lineno}"


def test_nobody_reads_the_machine_s_clock_but_the_one_clock() -> None:
    assert list(clock_readings()) == []


def test_only_edges_ask_the_one_clock() -> None:
    assert refused(
        one
        for one in all_imports()
        if within(one.target, "secgov.journal.clock")
        and app_of(one.importer)
        and part_of(one.importer) not in EDGES
    ) == []  # fmt: skip
