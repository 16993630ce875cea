"""python -m core.config."""

import json

import core.config.__main__ as command_line
from core.config import RunConfig
from core.config.__main__ import main
from core.config.describe import describe
from core.hardware import Gpu, Hardware
from tests.conftest import REPOSITORY


def test_validate_explains_a_sound_file(capsys):
    assert main(["validate", str(REPOSITORY / "configs" / "examples" / "math-reasoning.json")]) == 0
    assert "One step: 1 prompts x 8 completions" in capsys.readouterr().out


def test_validate_counts_the_card_unless_the_owner_has_chosen_the_cpu(tmp_path, capsys, monkeypatch):
    file = tmp_path / "large.json"
    file.write_text('{"model": {"name": "unsloth/phi-4"}}', encoding="utf-8")
    monkeypatch.setattr(command_line, "detect_hardware", lambda: Hardware((Gpu(0, "A small card", 4.0),)))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert main(["validate", str(file)]) == 1
    assert "choose a smaller model" in capsys.readouterr().out
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert main(["validate", str(file)]) == 0


def test_validate_names_the_bad_field_and_exits_with_1(tmp_path, capsys):
    file = tmp_path / "bad.json"
    file.write_text('{"training": {"seed": "x"}}', encoding="utf-8")
    assert main(["validate", str(file)]) == 1
    assert "training.seed" in capsys.readouterr().out


def test_validate_names_the_line_of_broken_json(tmp_path, capsys):
    file = tmp_path / "broken.json"
    file.write_text('{\n"name": }', encoding="utf-8")
    assert main(["validate", str(file)]) == 1
    assert "line 2" in capsys.readouterr().out


def test_defaults_prints_the_default_configuration(capsys):
    assert main(["defaults"]) == 0
    assert json.loads(capsys.readouterr().out) == RunConfig().dump()


def test_table_has_a_row_for_every_setting(capsys):
    assert main(["table"]) == 0
    out = capsys.readouterr().out
    assert all(f"`{field.name}`" in out for field in describe())


def test_every_setting_has_help():
    assert [field.name for field in describe() if not field.help] == []
