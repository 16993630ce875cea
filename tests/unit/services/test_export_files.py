"""The files of an export: what counts as proven, what is swept, what is deleted, when it is out of date."""

import os
import shutil
import time
from pathlib import Path

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.jsonfile import write_json
from services.exports.downloads import Bundle, find_download
from services.exports.files import ExportFolder
from tests.support.past_exports import write_adapter_files, write_export


@pytest.fixture
def export(workspace):
    """A completed export of four targets."""
    folder = write_export(workspace, "run", ["adapter", "merged", "q8_0", "q4_k_m"])
    return ExportFolder(folder, workspace.session("run").adapter)


def targets(export):
    return [entry["target"] for entry in export.entries()]


def names(export):
    return sorted(path.name for path in export.folder.iterdir())


def later(path, seconds=100):
    """Make a file look as if it had been written later."""
    os.utime(path, (time.time() + seconds, time.time() + seconds))


def test_entries_come_in_the_order_of_the_targets(export):
    assert targets(export) == ["adapter", "merged", "q8_0", "q4_k_m"]


def test_a_file_that_somebody_has_removed_is_not_listed(export):
    (export.folder / "model-q8_0.gguf").unlink()
    shutil.rmtree(export.folder / "merged")
    assert targets(export) == ["adapter", "q4_k_m"]


def test_what_was_made_of_the_present_adapter_is_not_stale(export):
    assert [entry["is_stale"] for entry in export.files()] == [False] * 4


def test_files_are_named_as_their_downloads_and_modelfiles_are(export):
    files = export.files()
    assert [entry["modelfile"] for entry in files] == [None, None, "Modelfile-q8_0", "Modelfile"]
    assert [entry["download"] for entry in files] == ["run-adapter", "run-merged", "run-q8_0.gguf", "run-q4_k_m.gguf"]
    for entry in files:
        name = f"{entry['file']}.zip" if entry["is_folder"] else entry["file"]
        assert find_download(export, name).name.removesuffix(".zip") == entry["download"]


def test_a_newer_adapter_makes_what_was_made_before_stale(export, workspace):
    write_adapter_files(workspace.session("run").adapter, 6000)
    later(workspace.session("run").adapter / "adapter_model.safetensors")
    assert [entry["is_stale"] for entry in export.files()] == [True] * 4


def test_an_adapter_that_was_only_copied_makes_nothing_stale(export, workspace):
    later(workspace.session("run").adapter / "adapter_model.safetensors")
    assert not any(entry["is_stale"] for entry in export.files())


def test_without_the_adapter_nothing_is_stale(export, workspace):
    shutil.rmtree(workspace.session("run").adapter)
    assert not any(entry["is_stale"] for entry in export.files())


def test_a_sweep_leaves_what_is_proven(export):
    before = names(export)
    export.sweep()
    assert names(export) == before
    assert targets(export) == ["adapter", "merged", "q8_0", "q4_k_m"]


def test_a_sweep_removes_work_and_what_no_proof_names(export):
    (export.folder / ".work" / "merged").mkdir(parents=True)
    (export.folder / "model-f16.gguf").write_bytes(b"unproven")
    (export.folder / "Modelfile-f16").write_text("FROM ./model-f16.gguf\n", encoding="utf-8")
    export.sweep()
    assert not {".work", "model-f16.gguf", "Modelfile-f16"} & set(names(export))


def test_a_sweep_keeps_a_folder_that_somebody_has_looked_into(export):
    (export.folder / "merged" / ".DS_Store").write_bytes(b"of a file manager")
    later(export.folder / "merged" / "README.md")
    export.sweep()
    assert "merged" in targets(export)


def test_a_sweep_leaves_everything_where_the_proof_can_not_be_read(export):
    (export.folder / "proof.json").write_text("{", encoding="utf-8")
    before = names(export)
    export.sweep()
    assert names(export) == before


def test_a_file_that_another_program_holds_stays_and_stays_listed(export, monkeypatch):
    def held(self, target):
        raise PermissionError(13, "used by another process", str(self))

    before = names(export)
    with monkeypatch.context() as windows:
        windows.setattr(Path, "rename", held)
        for _ in range(2):
            with pytest.raises(Conflict, match="in use by another program"):
                export.delete("q8_0")
    assert (targets(export), set(names(export)) - {".work"}) == (["adapter", "merged", "q8_0", "q4_k_m"], set(before))
    export.delete("q8_0")
    assert "model-q8_0.gguf" not in names(export)


def test_a_sweep_of_an_export_that_never_finished_anything_leaves_no_file(workspace):
    folder = workspace.export("run")
    (folder / ".work").mkdir(parents=True)
    (folder / "adapter").mkdir()
    (folder / "adapter-f16.gguf").write_bytes(b"half")
    ExportFolder(folder, workspace.session("run").adapter).sweep()
    assert list(folder.iterdir()) == []


def test_deleting_a_target_removes_its_file_its_proof_and_its_modelfile(export):
    export.delete("Q8_0")
    assert targets(export) == ["adapter", "merged", "q4_k_m"]
    assert not {"model-q8_0.gguf", "Modelfile-q8_0"} & set(names(export))


def test_deleting_the_preferred_file_hands_its_modelfile_on(export):
    export.delete("q4_k_m")
    assert export.modelfile().startswith("FROM ./model-q8_0.gguf\n")
    assert not (export.folder / "Modelfile-q8_0").exists()


def test_deleting_the_last_target_leaves_no_proof(export):
    for name in targets(export):
        export.delete(name)
    assert names(export) == ["events.jsonl", "export.json"]


@pytest.mark.parametrize(("name", "error"), [("q6_k", NotFound), ("q4_k_xl", InvalidInput), ("..", InvalidInput)])
def test_what_is_not_there_can_not_be_deleted(export, name, error):
    with pytest.raises(error):
        export.delete(name)


def test_an_export_of_the_first_version_is_understood(workspace):
    folder = write_export(workspace, "old", ["f16", "q4_k_m"])
    old = {"file": "model-f16.gguf", "size_bytes": 5000, "probes": 24, "difference": 0.01, "quantization": "f16"}
    write_json(folder / "proof.json", {"session_id": "old", "files": [old]})
    (entry,) = ExportFolder(folder, workspace.session("old").adapter).files()
    assert (entry["target"], entry["kind"], entry["title"], entry["is_stale"]) == ("f16", "gguf", "GGUF F16", False)


def test_files_are_handed_out_under_the_name_of_the_run(export):
    assert find_download(export, "model-q4_k_m.gguf").name == "run-q4_k_m.gguf"
    assert find_download(export, "proof.json").name == "run-proof.json"


def test_the_modelfile_names_the_file_as_it_is_downloaded(export):
    assert find_download(export, "Modelfile").text.startswith("FROM ./run-q4_k_m.gguf\n")
    assert find_download(export, "Modelfile-q8_0").text.startswith("FROM ./run-q8_0.gguf\n")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "events.jsonl",
            "export.json",
            "worker.log",
            "adapter",
            "merged",
            "adapter/adapter_config.json",
            "Modelfile-x",
        ),
        *("../../outputs/run/config.json", "/etc/passwd", "model-f16.gguf", "q8_0.zip", "..zip", ".zip", "all", ""),
    ],
)
def test_nothing_else_can_be_downloaded(export, name):
    with pytest.raises(NotFound, match="was exported from 'run'"):
        find_download(export, name)


def test_a_folder_is_a_zip_file_with_the_folder_in_it(export):
    bundle = find_download(export, "adapter.zip")
    assert isinstance(bundle, Bundle)
    assert bundle.name == "run-adapter.zip"
    assert list(bundle.members) == [
        f"run-adapter/{name}"
        for name in ("README.md", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json")
    ]


def test_everything_is_a_zip_file_with_the_names_that_are_on_disk(export):
    members = list(find_download(export, "all.zip").members)
    assert {"run/model-q4_k_m.gguf", "run/Modelfile", "run/proof.json", "run/merged/config.json"} <= set(members)
    assert not [name for name in members if "events" in name or "export.json" in name]


def test_a_file_that_is_made_again_meanwhile_breaks_the_download_off(export):
    stream = find_download(export, "all.zip").stream()
    path = export.folder / "model-q4_k_m.gguf"
    again = path.with_name("again")
    again.write_bytes(path.read_bytes())
    again.replace(path)
    with pytest.raises(OSError, match=r"model-q4_k_m\.gguf was made again"):
        list(stream)


def test_a_link_in_a_folder_is_not_followed(export, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    (export.folder / "adapter" / "link").symlink_to(secret)
    assert "run-adapter/link" not in find_download(export, "adapter.zip").members
