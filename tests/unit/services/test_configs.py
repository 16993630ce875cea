"""Saved configurations."""

import pytest

from core.errors import InvalidInput, NotFound
from services.configs import ConfigService


@pytest.fixture
def configs(workspace):
    return ConfigService(workspace)


def test_what_is_saved_is_loaded_complete(configs):
    configs.save("mine", {"training": {"seed": 7}})
    loaded = configs.load("mine")
    assert loaded["training"]["seed"] == 7
    assert loaded["model"]["lora_rank"] == 16


def test_an_invalid_configuration_is_not_saved(configs, workspace):
    with pytest.raises(InvalidInput):
        configs.save("bad", {"training": {"seed": "x"}})
    assert list(workspace.configs.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "a/b", ""])
def test_a_name_stays_in_the_folder(configs, name):
    with pytest.raises(InvalidInput):
        configs.save(name, {})


def test_a_deleted_configuration_is_gone(configs):
    configs.save("mine", {})
    configs.delete("mine")
    assert configs.saved().entries == []
    for action in (configs.load, configs.delete):
        with pytest.raises(NotFound):
            action("mine")


def test_a_file_edited_into_nonsense_is_named(configs, workspace):
    (workspace.configs / "edited.json").write_text("{nonsense", encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 1"):
        configs.load("edited")
