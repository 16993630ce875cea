"""The page as the server writes it: hooks are there once, the stylesheet is whole, first modules are listed."""

import re
from collections import Counter

import pytest
from flask import Flask

from routes import BLUEPRINTS, assets
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def client():
    """A client of an application that has pages and nothing else."""
    app = Flask("page", static_folder=str(REPOSITORY / "static"), template_folder=str(REPOSITORY / "templates"))
    for blueprint, prefix in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    return app.test_client()


def test_every_hook_and_every_id_is_there_once(client):
    page = client.get("/").get_data(as_text=True)
    hooks = Counter(re.findall(r'data-ref="([^"]+)"', page))
    ids = Counter(re.findall(r' id="([^"]+)"', page))
    assert [name for name, count in hooks.items() if count > 1] == ["label"]  # one in each template of a field
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_hook_is_used_by_the_page_or_by_a_test(client):
    page, script = client.get("/").get_data(as_text=True), text_of("static/js/**/*.js")
    hooks = {name.removeprefix("row-") for name in re.findall(r'data-ref="([^"]+)"', page)}
    assert unknown(hooks, script + text_of("tests/browser/*.py"), script) == []


def test_nothing_moves_for_ever_but_what_waits_for_an_answer_and_that_in_few_steps():
    """A browser draws 60 pictures a second of what moves; without a graphics card of its own that takes half a core."""
    endless = re.findall(r"animation:[^;]*infinite[^;]*", text_of("static/css/**/*.css"))
    assert len(endless) == 2
    assert [rule for rule in endless if not re.fullmatch(r"animation: spin [\d.]+s steps\(8\) infinite", rule)] == []


def test_every_class_is_styled_or_found_and_every_styled_class_is_there(client):
    page, script = client.get("/").get_data(as_text=True), text_of("static/js/**/*.js")
    rules = re.sub(r"/\*.*?\*/", "", text_of("static/css/**/*.css"), flags=re.DOTALL)
    styled = set(re.findall(r"\.([a-z][\w-]*)(?=[^;{}]*\{)", rules))
    written = {name for names in re.findall(r'class="([^"]+)"', page) for name in names.split()}
    steps = {name for name in written if name.startswith("step--")}  # one a step, with rules of its own or without
    of_uplot = {name for name in styled if name.startswith("u-")}
    assert unknown(styled - of_uplot, page + text_of("templates/error.html") + script, script) == []
    assert unknown(written - styled - steps, script, script) == []


def text_of(pattern):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(REPOSITORY.glob(pattern)))


def unknown(names, text, script):
    """The names that a text does not hold as words and that a script does not put together, as in `${name}-text`."""
    words = set(re.findall(r"[\w-]+", text))
    made = [re.split(r"\$\{[^}]*\}", name) for name in re.findall(r"`((?:[\w-]|\$\{[^}`]*\})+)`", script)]
    patterns = [re.compile("[\\w-]+".join(parts)) for parts in made if any(re.search("[a-z]", part) for part in parts)]
    return sorted(name for name in names - words if not any(pattern.fullmatch(name) for pattern in patterns))


def test_every_icon_is_there(client):
    names = set()
    for file in (REPOSITORY / "templates").rglob("*.html"):
        names |= set(re.findall(r'icon\("([\w-]+)"\)', file.read_text(encoding="utf-8")))
    assert names
    assert sorted(name for name in names if not assets.icon(name)) == []


def test_the_stylesheet_holds_every_file_and_no_relative_address(client):
    css = client.get("/app.css").get_data(as_text=True)
    assert "@import" not in css
    assert re.findall(r"url\((?!\"/static/|\"?data:)[^)]*\)", css) == []
    for address in re.findall(r"url\(\"/static/([^\"]+)\"\)", css):
        assert (REPOSITORY / "static" / address).is_file(), address
    for sheet in (REPOSITORY / "static" / "css").rglob("*.css"):
        rules = [line for line in sheet.read_text(encoding="utf-8").splitlines() if "{" in line]
        assert sheet.name == "main.css" or rules[0] in css, sheet


def test_the_stylesheet_is_not_sent_again_unchanged(client):
    tag = client.get("/app.css").headers["ETag"]
    assert client.get("/app.css", headers={"If-None-Match": tag}).status_code == 304


def test_the_modules_to_fetch_at_once_are_those_that_the_first_page_needs(client):
    modules = assets.first_modules()
    assert "js/main.js" in modules and "js/lib/store.js" in modules
    assert not [name for name in modules if "steps/" in name or "editor" in name]


def test_the_import_map_knows_every_package_that_a_module_imports(client):
    page = client.get("/").get_data(as_text=True)
    known = set(re.findall(r'"([^"]+)": "/static/node_modules', page))
    wanted = set()
    for file in (REPOSITORY / "static" / "js").rglob("*.js"):
        text = file.read_text(encoding="utf-8")
        wanted |= set(re.findall(r'(?:from |import\()"([@\w][\w@/.-]*)"', text))
    assert wanted and wanted <= known
