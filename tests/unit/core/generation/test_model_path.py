"""What a model_path names."""

import pytest

from core.errors import InvalidInput, NotFound
from core.generation.model_path import model_ref


@pytest.fixture
def ref(workspace):
    return lambda path: model_ref(path, workspace, lambda session_id: f"base of {session_id}")


@pytest.fixture
def run(workspace):
    """A run "r1" with two checkpoints and nothing saved at its end."""
    session = workspace.session("r1")
    for step in (9, 10):
        folder = session.checkpoints / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        (folder / "adapter_model.safetensors").touch()
    session.config.write_text("{}", encoding="utf-8")
    return session


def save(run):
    run.adapter.mkdir()
    (run.adapter / "adapter_model.safetensors").touch()


@pytest.mark.parametrize("path", ["outputs/r1", "outputs/r1/", "outputs\\r1", "outputs/r1/adapter"])
def test_a_run_is_its_adapter_however_it_is_written(ref, run, path):
    save(run)
    found = ref(path)
    assert (found.model_path, found.kind, found.place) == ("outputs/r1", "adapter", run.adapter)
    assert found.base == "base of r1"


def test_a_run_without_an_adapter_is_its_newest_checkpoint(ref, run):
    found = ref("outputs/r1")
    assert (found.model_path, found.kind) == ("outputs/r1/checkpoints/checkpoint-10", "checkpoint")
    assert found.title == "r1, step 10"


def test_a_checkpoint_can_be_named(ref, run):
    save(run)
    assert ref("outputs/r1/checkpoints/checkpoint-9").place == run.checkpoints / "checkpoint-9"


def test_exports_are_named_by_their_file(ref, workspace):
    folder = workspace.export("r1")
    (folder / "merged").mkdir(parents=True)
    (folder / "model-q4_k_m.gguf").touch()
    assert ref("exports/r1/merged").kind == "merged"
    found = ref("exports/r1/model-q4_k_m.gguf")
    assert (found.kind, found.title, found.session_id) == ("gguf", "r1, Q4_K_M", "r1")


def test_anything_else_is_the_name_of_a_base_model(ref):
    found = ref(" unsloth/Qwen3-0.6B ")
    assert (found.kind, found.base, found.session_id) == ("base", "unsloth/Qwen3-0.6B", None)


@pytest.mark.parametrize("path", ["outputs/none", "outputs/r1/checkpoints/checkpoint-77", "exports/r1/model-f16.gguf"])
def test_what_is_not_there_is_not_found(ref, run, path):
    with pytest.raises(NotFound):
        ref(path)


def test_a_run_that_has_saved_nothing_says_what_to_wait_for(ref, workspace):
    session = workspace.session("r2")
    session.folder.mkdir()
    session.config.write_text("{}", encoding="utf-8")
    with pytest.raises(NotFound) as refused:
        ref("outputs/r2")
    assert "checkpoint" in refused.value.hint


@pytest.mark.parametrize("path", ["outputs/../secrets", "outputs/r1/worker.log", "exports/r1/../../x.gguf"])
def test_a_path_can_not_leave_its_folder(ref, run, path):
    with pytest.raises((InvalidInput, NotFound)):
        ref(path)
