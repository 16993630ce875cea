"""Imports point down only, and the web process stays free of training libraries."""

import ast
import re
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

ALLOWED = {
    "constants": set(),
    "core": {"core", "constants"},
    "services": {"services", "core", "constants"},
    "websockets": {"websockets", "services", "core", "constants"},
    "routes": {"routes", "services", "core", "constants"},
    "app_factory": {"routes", "websockets", "services", "core", "constants"},
    "flask_app": {"app_factory", "websockets", "core", "constants"},
    "cli": {"cli", "websockets", "services", "core", "constants"},
}
GROUND = {
    "cuda",
    "errors",
    "failures",
    "files",
    "hardware",
    "jsonfile",
    "listing",
    "paths",
    "schema",
    "statistics",
    "validation",
}
FLOORS = (
    {"catalog", "prompts"},
    {"data", "export", "generation"},
    {"rewards"},
    {"config"},
    {"evaluations", "runs", "sessions"},
    {"workers"},
)
"""The packages of core from the ground up; each knows those below it, none beside it."""
PROGRAMS = {"train", "export", "generate", "inspect", "push"}
"""The rooms of core/workers; what two of them need lies beside them."""
COMMAND_LINE = REPOSITORY / "core" / "config" / "__main__.py"
"""The one program in core beside the workers: it stands above what it calls, and nothing imports it."""
HEAVY = {"torch", "transformers", "trl", "peft", "unsloth", "datasets", "accelerate", "xllamacpp"}
OURS = set(ALLOWED)


def sources():
    for name in ALLOWED:
        path = REPOSITORY / name
        yield from path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


SOURCES = sorted(sources())


def layer(path):
    return path.relative_to(REPOSITORY).with_suffix("").parts[0]


def name_of(path):
    return str(path.relative_to(REPOSITORY))


IMPORTS = {path: set(imports(path)) for path in SOURCES}


def test_imports_point_down():
    upward = {
        name_of(path): {name.split(".")[0] for name in names} & OURS - ALLOWED[layer(path)]
        for path, names in IMPORTS.items()
    }
    assert {name: layers for name, layers in upward.items() if layers} == {}


def test_only_workers_import_training_libraries_and_only_they_import_workers():
    outside = {p: names for p, names in IMPORTS.items() if not p.is_relative_to(REPOSITORY / "core" / "workers")}
    heavy = {name_of(path): {name.split(".")[0] for name in names} & HEAVY for path, names in outside.items()}
    assert {name: libraries for name, libraries in heavy.items() if libraries} == {}
    assert [name_of(p) for p, names in outside.items() if any(n.startswith("core.workers") for n in names)] == []


def rings(graph):
    """What imports itself by way of others."""

    def reached(start):
        found, waiting = set(), [start]
        while waiting:
            new = graph.get(waiting.pop(), set()) - found
            found |= new
            waiting.extend(new)
        return found

    return sorted(name for name in graph if name in reached(name))


def rooms(area, depth):
    """Name of each package (or module) of an area -> those it imports."""
    found = {}
    for path, names in IMPORTS.items():
        parts = path.relative_to(REPOSITORY).with_suffix("").parts
        if parts[:depth] == area and path != COMMAND_LINE and len(parts) > depth:
            known = [name.split(".") for name in names if name and name.split(".")[:depth] == list(area)]
            used = {name[depth] for name in known if len(name) > depth} - {parts[depth]}
            found.setdefault(parts[depth], set()).update(used)
    return found


def test_the_packages_of_core_know_only_what_is_below_them():
    below, upward = GROUND, {}
    graph = rooms(("core",), 1)
    for floor in FLOORS:
        upward |= {name: graph[name] - below for name in floor if graph[name] - below}
        below = below | floor
    assert upward == {}
    assert {name: graph[name] - GROUND for name in GROUND if graph[name] - GROUND} == {}
    assert set(graph) - below == {"__init__"}


def test_the_programs_of_the_workers_do_not_know_each_other():
    graph = rooms(("core", "workers"), 2)
    assert {name: graph[name] & PROGRAMS for name in graph if graph[name] & PROGRAMS} == {}


@pytest.mark.parametrize("area", [("services",), ("core", "rewards"), ("core", "workers"), ("core", "data")])
def test_the_rooms_of_an_area_are_in_no_ring(area):
    assert rings(rooms(area, len(area))) == []


def with_packages(used, module):
    """A module and the packages whose __init__ runs before it, less those that the importing module is in."""
    parts = used.split(".")
    names = {".".join(parts[:i]) for i in range(1, len(parts) + 1)}
    return {name for name in names if not f"{module}.".startswith(f"{name}.")}


def test_there_is_no_cycle():
    graph = {}
    for path in SOURCES:
        module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
        graph[module] = {name for used in top if used.split(".")[0] in OURS for name in with_packages(used, module)}
    done, open_now = set(), []

    def visit(module):
        assert module not in open_now, f"cycle: {open_now} {module}"
        if module in done or module not in graph:
            return
        open_now.append(module)
        for other in graph[module]:
            if other != module:
                visit(other)
        open_now.remove(module)
        done.add(module)

    for module in graph:
        visit(module)


def test_the_server_imports_no_training_library():
    code = f"import sys, app_factory; print(sorted({HEAVY!r} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_import_of_the_server_costs_at_most_four_times_that_of_its_web_libraries():
    """2.9 times when this was written, 0.8 s on an idle core; the first page is there 0.1 s later."""

    def cost(modules):
        code = f"import time, {modules}; print(time.process_time())"
        return min(float(subprocess.check_output([sys.executable, "-c", code], cwd=REPOSITORY)) for _ in range(2))

    assert cost("flask_app") < 4 * cost("flask, flask_socketio")


def test_the_schema_is_imported_without_the_library_of_rewards():
    code = "import sys, core.config; print([name for name in sys.modules if name.startswith('core.rewards.library')])"
    out = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_environment_is_read_at_the_entry_points_only():
    readers = [p for p in SOURCES if re.search(r"os\.environ|os\.getenv", p.read_text(encoding="utf-8"))]
    workers = REPOSITORY / "core" / "workers"
    commands = [p for p in readers if p.name == "__main__.py" or layer(p) in ("flask_app", "cli")]
    assert [name_of(p) for p in readers if p not in commands and not p.is_relative_to(workers)] == []


def test_our_websockets_folder_hides_nothing_from_a_worker(tmp_path):
    package = tmp_path / "websockets"
    package.mkdir()
    (package / "__init__.py").write_text("version = 'the real one'\n", encoding="utf-8")
    code = f"import sys; sys.path.append({str(tmp_path)!r}); import core.workers, websockets; print(websockets.version)"
    out = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "the real one"
