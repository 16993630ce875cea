"""Size and shape of the code: what a reader can rely on."""

import ast
import re
from collections import Counter

from tests.conftest import REPOSITORY

FOLDERS = ("core", "services", "routes", "websockets", "cli", "tests", "bench")
PYTHON = [path for name in FOLDERS for path in sorted((REPOSITORY / name).rglob("*.py"))]
PYTHON += [REPOSITORY / name for name in ("launch.py", "app_factory.py", "flask_app.py", "constants.py")]
BROWSER = [path for kind in ("js/**/*.js", "css/**/*.css") for path in sorted((REPOSITORY / "static").glob(kind))]
# Python's columns are held by ruff.
NARROW = ("templates/**/*.html", "static/css/**/*.css", "static/js/**/*.js", "static/js/*.d.ts", "tests/js/*.js")
COLUMNS = 120
GENERATED = ("types.d.ts", "facts.js")
BROAD_HANDLERS = {
    "core/workers/fast/proof.py": 1,
    "core/workers/protocol.py": 1,
    "core/workers/inspect/__main__.py": 1,
    "core/workers/generate/__main__.py": 1,
    "core/rewards/sandbox/system.py": 1,
    "core/rewards/sandbox/inside/child.py": 3,
    "core/rewards/sandbox/inside/objects.py": 3,
    "services/answers/stream.py": 1,
    "services/processes/following.py": 1,
    "services/processes/jobs.py": 1,
    "services/evaluations/line.py": 1,
    "services/training/measurements.py": 1,
}


def name_of(path):
    return path.relative_to(REPOSITORY).as_posix()


def trees():
    for path in PYTHON:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_no_file_is_longer_than_400_lines():
    lengths = {name_of(path): len(lines_of(path)) for path in [*PYTHON, *BROWSER]}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_no_line_of_the_page_is_longer_than_120_columns():
    paths = [path for pattern in NARROW for path in sorted(REPOSITORY.glob(pattern)) if path.name not in GENERATED]
    lines = [(path, number, line) for path in paths for number, line in enumerate(lines_of(path), 1)]
    assert {path.suffix for path in paths} == {".html", ".css", ".js", ".ts"}
    assert [f"{name_of(path)}:{number}" for path, number, line in lines if len(line) > COLUMNS] == []


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_no_function_is_longer_than_50_lines():
    functions = [(path, node) for path, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert [f"{name_of(path)}: {f.name}" for path, f in functions if f.end_lineno - f.lineno >= 50] == []


def test_no_function_of_the_page_is_longer_than_60_lines():
    long = []
    for path in BROWSER:
        lines = lines_of(path) if path.suffix == ".js" else []
        starts = [number for number, line in enumerate(lines) if re.match(r"(export )?(async )?function ", line)]
        ends = [number for number, line in enumerate(lines) if line == "}"]
        lengths = {lines[start]: next(end for end in ends if end > start) - start for start in starts}
        long += [f"{name_of(path)}: {line}" for line, length in lengths.items() if length >= 60]
    assert long == []


def test_every_module_and_every_public_thing_is_documented():
    silent = []
    for path, tree in trees():
        public = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_")]
        documented = [tree] if path.is_relative_to(REPOSITORY / "tests") else [tree, *public]
        silent += [f"{name_of(path)}: {getattr(node, 'name', '')}" for node in documented if not has_docstring(node)]
    assert silent == []


def has_docstring(node):
    return bool(ast.get_docstring(node)) or not node.body


def test_broad_handlers_stand_in_the_named_places_only():
    broad = Counter(
        name_of(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    )
    assert broad == BROAD_HANDLERS


def test_the_browser_code_makes_no_markup_from_text():
    forbidden = re.compile(r"innerHTML|insertAdjacentHTML|document\.write|!important")
    assert [name_of(path) for path in BROWSER if forbidden.search(path.read_text(encoding="utf-8"))] == []


def test_raw_colours_stand_in_the_tokens_only():
    raw = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(")
    sheets = [path for path in BROWSER if path.suffix == ".css" and path.name != "tokens.css"]
    assert sheets
    assert [name_of(path) for path in sheets if raw.search(path.read_text(encoding="utf-8"))] == []
