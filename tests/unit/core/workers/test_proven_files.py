"""The export folder: a file comes there in one step, with its entry and its Modelfile."""

import pytest

from core.export.targets import TARGETS
from core.jsonfile import read_json
from core.workers.export.proven_files import ProvenFiles, clear


@pytest.fixture
def files(tmp_path):
    proven = ProvenFiles(tmp_path / "run", lambda file: f"FROM ./{file}\n")
    (tmp_path / "run").mkdir()
    proven.begin()
    return proven


def publish(files, name, text="weights"):
    target = TARGETS[name]
    made = files.work / target.file
    if target.is_folder:
        made.mkdir()
        (made / "config.json").write_text(text, encoding="utf-8")
    else:
        made.write_text(text, encoding="utf-8")
    made_of = {"made_at": 1.0, "adapter_sha256": None, "seconds": None, "is_folder": target.is_folder}
    shown = {"target": name, "kind": target.kind, "title": target.title, "file": target.file}
    entry = {**shown, **made_of, "size_bytes": len(text)}
    files.publish(target, made, entry)


def listed(files):
    return [entry["target"] for entry in read_json(files.folder / "proof.json")["files"]]


def test_a_file_is_moved_out_of_the_work_folder_and_listed(files):
    publish(files, "q8_0")
    assert (files.folder / "model-q8_0.gguf").read_text(encoding="utf-8") == "weights"
    assert not (files.work / "model-q8_0.gguf").exists()
    assert listed(files) == ["q8_0"]


def test_entries_stand_in_the_order_of_the_targets(files):
    for name in ("q4_k_m", "merged", "f16"):
        publish(files, name)
    assert listed(files) == ["merged", "f16", "q4_k_m"]


def test_what_an_earlier_export_made_is_carried_over(files):
    publish(files, "f16")
    later = ProvenFiles(files.folder, lambda file: f"FROM ./{file}\n")
    later.begin()
    publish(later, "q8_0")
    assert listed(later) == ["f16", "q8_0"]


def test_a_file_that_is_gone_is_not_carried_over(files):
    publish(files, "f16")
    (files.folder / "model-f16.gguf").unlink()
    assert ProvenFiles(files.folder, str).entries == {}


@pytest.mark.parametrize("name", ["merged", "q8_0"])
def test_a_target_made_again_replaces_the_old_one(files, name):
    publish(files, name, "old")
    publish(files, name, "newer")
    assert files.entries[name]["size_bytes"] == 5
    place = files.folder / TARGETS[name].file
    text = (place / "config.json" if place.is_dir() else place).read_text(encoding="utf-8")
    assert text == "newer"


def test_each_model_file_has_a_modelfile_and_the_preferred_one_the_plain_name(files):
    publish(files, "f16")
    assert (files.folder / "Modelfile").read_text(encoding="utf-8") == "FROM ./model-f16.gguf\n"
    publish(files, "q4_k_m")
    assert (files.folder / "Modelfile").read_text(encoding="utf-8") == "FROM ./model-q4_k_m.gguf\n"
    assert (files.folder / "Modelfile-f16").read_text(encoding="utf-8") == "FROM ./model-f16.gguf\n"


def test_a_start_removes_what_a_killed_export_left(files):
    (files.work / "model-f16.gguf").write_text("half", encoding="utf-8")
    (files.folder / ".proof.json.ab12.part").write_text("half", encoding="utf-8")
    files.begin()
    assert list(files.work.iterdir()) == []
    assert not list(files.folder.glob("*.part")) + list(files.folder.glob(".*.part"))


def test_clearing_leaves_no_work_folder(files):
    clear(files.folder)
    assert not files.work.exists()
