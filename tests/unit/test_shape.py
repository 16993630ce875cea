"""Size and shape of the code: what a reader can rely on."""

import ast
import re

import pytest

from tests.conftest import REPOSITORY

FOLDERS = ("core", "services", "routes", "websockets", "cli", "tests", "bench")
PYTHON = [path for name in FOLDERS for path in sorted((REPOSITORY / name).rglob("*.py"))]
PYTHON += [REPOSITORY / name for name in ("launch.py", "app_factory.py", "flask_app.py", "constants.py")]
BROWSER = [path for kind in ("js/**/*.js", "css/**/*.css") for path in sorted((REPOSITORY / "static").glob(kind))]
BROAD_HANDLERS = {
    "core/workers/protocol.py": 1,
    "core/workers/inspect.py": 1,
    "services/training.py": 1,
    "services/exports.py": 1,
}


def name_of(path):
    return path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("path", [*PYTHON, *BROWSER], ids=name_of)
def test_no_file_is_longer_than_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_functions_are_short_and_public_ones_documented(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or not tree.body
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"
    public = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_")]
    if not path.is_relative_to(REPOSITORY / "tests"):
        assert [node.name for node in public if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_broad_handlers_stand_in_the_named_places_only(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    broad = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert len(broad) == BROAD_HANDLERS.get(name_of(path), 0)


@pytest.mark.parametrize("path", BROWSER, ids=name_of)
def test_the_browser_code_makes_no_markup_from_text(path):
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|!important", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [path for path in BROWSER if path.suffix == ".css"], ids=name_of)
def test_raw_colours_stand_in_the_tokens_only(path):
    if path.name != "tokens.css":
        assert not re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", path.read_text(encoding="utf-8"))
