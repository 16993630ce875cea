"""The documents name every setting, route and event; their tables, links and commands are current."""

import re
from collections import Counter
from importlib.util import find_spec

import launch
from core.config.__main__ import main, with_tables
from tests.conftest import REPOSITORY

README, ARCHITECTURE, DECISIONS = (REPOSITORY / f"{name}.md" for name in ("README", "ARCHITECTURE", "DECISIONS"))
DOCS = REPOSITORY / "docs"
PAGES = {path: path.read_text(encoding="utf-8") for path in (README, ARCHITECTURE, *sorted(DOCS.glob("*.md")))}
FOR_USERS = "\n".join(text for path, text in PAGES.items() if path != ARCHITECTURE)
ROUTE = r"`((?:GET|POST|PUT|DELETE) /(?:api|v1)/[^` ?]+)"
TEST_COMMAND = "python launch.py test"


def page(name):
    return PAGES[DOCS / f"{name}.md"]


def test_the_front_page_stays_short():
    assert len(PAGES[README].splitlines()) <= 150


def test_every_table_of_settings_and_rewards_is_current():
    for name in ("settings", "rewards"):
        assert page(name).count(f"<!-- {name}: start -->") == 1
        assert with_tables(page(name)) == page(name), f"run: python -m core.config table --write docs/{name}.md"


def test_a_file_without_marks_gets_no_table(tmp_path, capsys):
    file = tmp_path / "plain.md"
    file.write_text("no marks", encoding="utf-8")
    assert main(["table", "--write", str(file)]) == 1
    assert "has no marks" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "no marks"


def test_every_route_is_documented_and_every_documented_route_is_there():
    from flask import Flask

    from routes import BLUEPRINTS

    app = Flask("routes")
    for blueprint, prefix in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    there = {
        f"{method} {re.sub('<(session|job)_id>', '<id>', rule.rule).replace('path:', '')}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/", "/v1/"))
    }
    assert set(re.findall(r"^\| " + ROUTE + r"` \|", page("rest"), re.MULTILINE)) == there
    assert set(re.findall(ROUTE, FOR_USERS)) <= there


def test_every_socket_event_is_documented():
    names = {"training_update", "training_status", "training_completions", "training_log", "generation_update"}
    names |= {"queue_update", "export_update", "batch_update", "dataset_update", "system_update", "model_update"}
    names |= {"subscribe", "unsubscribe"}
    assert set(re.findall(r"^\| `(\w+)` \|", page("sockets"), re.MULTILINE)) == names


def test_every_relative_link_leads_to_something_that_is_there():
    links = [(path, link) for path, text in PAGES.items() for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    assert len(links) > 50
    assert [f"{path.name}: {link}" for path, link in links if not is_there(path, link)] == []


def is_there(path, link):
    """Whether a link of a page is to another site, or to a file and a heading that exist."""
    if "://" in link:
        return True
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    return target.is_file() and (not anchor or anchor in anchors(target))


def anchors(path):
    """The names that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_that_the_program_names_is_there():
    folders = ("core", "services", "routes", "websockets", "cli", "bench")
    files = [path for name in folders for path in (REPOSITORY / name).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in [*files, ARCHITECTURE, DECISIONS]]
    named = set(re.findall(r"\bdocs/\w+\.md", "\n".join(texts))) - {"docs/gguf.md"}  # ggml's own
    assert "docs/rest.md" in named
    assert [name for name in named if not (REPOSITORY / name).is_file()] == []


def test_every_page_can_be_reached_from_the_front_page():
    assert [path.name for path in PAGES if path.parent == DOCS and f"docs/{path.name}" not in PAGES[README]] == []


def test_no_paragraph_is_written_twice():
    paragraphs = Counter(part for text in PAGES.values() for part in text.split("\n\n") if len(part) > 80)
    assert [part for part, times in paragraphs.items() if times > 1] == []


def test_ci_runs_the_test_command_of_the_front_page():
    last = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last.replace("python3", "python") == TEST_COMMAND
    assert re.search(rf"^    {TEST_COMMAND} +#", PAGES[README], re.MULTILINE)


def test_every_command_in_the_documents_is_there():
    commands = re.findall(r"python3? launch\.py (\w+)", FOR_USERS)
    assert set(commands) <= set(launch.COMMANDS)
    modules = set(re.findall(r"python3? -m ((?:core|bench|cli)[\w.]*)", FOR_USERS))
    assert {"core.config", "bench.gpu_check"} <= modules
    assert [name for name in modules if find_spec(name) is None] == []
    files = set(re.findall(r"\b((?:bench|configs/examples)/[\w.-]+\.(?:py|json))\b", FOR_USERS))
    assert [name for name in files if not (REPOSITORY / name).is_file()] == []


def test_every_option_and_variable_of_the_operating_page_is_there():
    parsers = "".join(
        (REPOSITORY / name).read_text(encoding="utf-8") for name in ("flask_app.py", "bench/gpu_check/__main__.py")
    )
    options = set(re.findall(r"^\| `(--\w+)", page("operating"), re.MULTILINE))
    assert options - set(re.findall(r'"(--\w+)"', parsers)) == set()
    program = "".join(
        path.read_text(encoding="utf-8") for top in ("core", "services") for path in (REPOSITORY / top).rglob("*.py")
    )
    variables = set(re.findall(r"^\| `([A-Z][A-Z_]+)`", page("operating"), re.MULTILINE))
    assert len(variables) > 5
    assert [name for name in variables if name not in program] == []


def test_every_file_that_the_architecture_names_is_there():
    text = PAGES[ARCHITECTURE]
    files = re.findall(r"`((?:core|services|routes|websockets|static|templates|tests)/[\w./]+\.(?:py|js|html))`", text)
    assert len(files) > 40
    assert [name for name in files if not (REPOSITORY / name).is_file()] == []


def test_the_tree_of_the_architecture_names_every_folder_of_core_and_services():
    tree = set(re.findall(r"^ +(\w+)/ ", PAGES[ARCHITECTURE], re.MULTILINE))
    folders = {path.parent.name for top in ("core", "services") for path in (REPOSITORY / top).glob("*/__init__.py")}
    assert folders - tree == set()
