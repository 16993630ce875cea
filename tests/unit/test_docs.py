"""The README names every setting, route and event, and its table is current."""

import re

from core.config.__main__ import with_tables
from tests.conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_tables_of_settings_and_rewards_are_current():
    assert with_tables(README) == README


def test_every_route_is_documented_and_every_documented_route_is_there():
    from flask import Flask

    from routes import BLUEPRINTS

    app = Flask("routes")
    for blueprint, prefix in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    there = {
        f"{method} {re.sub('<(session|job)_id>', '<id>', rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }
    assert set(re.findall(r"`((?:GET|POST|PUT|DELETE) /api/[^` ]+)`", README)) == there


def test_every_socket_event_is_documented():
    from websockets.messages import STATUS_KINDS

    names = {"training_update", "training_status", "training_completions", "training_log"}
    names |= {"queue_update", "export_update", "batch_update", "dataset_update", "system_update"}
    names |= {"subscribe", "unsubscribe"}
    assert STATUS_KINDS
    assert names <= set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))


def test_every_relative_link_and_picture_is_there():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (REPOSITORY / target).exists()] == []


def test_every_file_that_the_architecture_names_is_there():
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:core|services|routes|websockets|static|templates|tests)/[\w./]+\.(?:py|js|html))`", text)
    assert len(files) > 40
    assert [name for name in files if not (REPOSITORY / name).is_file()] == []


def test_the_tree_of_the_architecture_names_every_folder_of_core_and_services():
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tree = set(re.findall(r"^ +(\w+)/ ", text, re.MULTILINE))
    folders = {path.parent.name for top in ("core", "services") for path in (REPOSITORY / top).glob("*/__init__.py")}
    assert folders - tree == set()
