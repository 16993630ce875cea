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
