"""Models where memory is short: the type they are loaded in, who makes room, and what is said when nothing helps."""

import pytest

torch = pytest.importorskip("torch")

from core.errors import NotFound, Unavailable  # noqa: E402 - after torch is known to be there
from core.generation.sampling import Sampling  # noqa: E402
from core.workers import memory  # noqa: E402
from core.workers.generate import shelf as shelves  # noqa: E402
from core.workers.generate.asked import Asked  # noqa: E402
from core.workers.generate.shelf import ModelShelf  # noqa: E402
from core.workers.memory import exact_type, parameters_of  # noqa: E402
from tests.support.tiny_model import write_tiny_model  # noqa: E402
from tests.support.trained_run import write_trained_run  # noqa: E402

pytestmark = pytest.mark.real


@pytest.fixture
def shelf(workspace):
    write_trained_run(workspace, "r1")
    write_tiny_model(workspace.root / "other-model")
    return ModelShelf(workspace)


def run_of(workspace):
    place = str(workspace.session("r1").adapter)
    path = "outputs/r1"
    return {
        "model_path": path,
        "kind": "adapter",
        "title": "r1",
        "session_id": "r1",
        "base": "tiny-model",
        "place": place,
    }


def base(name):
    return {"model_path": name, "kind": "base", "title": name, "session_id": None, "base": name, "place": None}


def answer_of(model):
    answers = []
    sampling = Sampling(temperature=0, max_tokens=4)
    chats = [[{"role": "user", "content": "1 + 1?"}]]
    model.answer(Asked(chats, sampling, True, lambda place, answer: answers.append(answer), None, lambda: False))
    return answers[0]


def only(monkeypatch, module, free):
    monkeypatch.setattr(module, "free_bytes", lambda device: free)


def test_the_weights_of_a_model_are_counted_by_its_configuration_alone(shelf, workspace):
    folder = workspace.root / "tiny-model"
    from transformers import AutoModelForCausalLM

    real = sum(weights.numel() for weights in AutoModelForCausalLM.from_pretrained(folder).parameters())
    (folder / "model.safetensors").unlink()
    assert parameters_of(str(folder)) == real


@pytest.mark.parametrize(("bytes_each", "dtype"), [(4.1, "float32"), (2.1, "bfloat16")])
def test_a_run_answers_in_the_type_that_memory_allows(shelf, workspace, monkeypatch, bytes_each, dtype):
    only(monkeypatch, memory, parameters_of(str(workspace.root / "tiny-model")) * bytes_each)
    answer = answer_of(shelf.get(run_of(workspace), print))
    held = next(iter(shelf._held.values()))
    assert (answer["tokens"] > 0, held.model.get_base_model().dtype) == (True, getattr(torch, dtype))


def test_a_model_for_which_memory_is_too_small_is_refused_in_figures(monkeypatch):
    only(monkeypatch, memory, 10e9)
    monkeypatch.setattr(memory, "parameters_of", lambda source: 8e9)
    with pytest.raises(Unavailable, match=r"^big needs 16\.0 GB of memory, and about 10\.0 GB can be had") as refusal:
        exact_type("some/big")
    assert "GGUF" in refusal.value.hint


@pytest.mark.parametrize(("free", "held"), [(1e9, ["other-model", "outputs/r1"]), (1, ["other-model"])])
def test_the_older_model_makes_room_where_memory_holds_one(shelf, workspace, monkeypatch, free, held):
    only(monkeypatch, shelves, free)
    for model in (run_of(workspace), base("other-model")):
        shelf.get(model, print)
    assert [one["model_path"] for one in shelf.loaded()] == held


def test_a_model_that_does_not_fit_beside_others_is_loaded_once_more_alone(shelf, workspace, monkeypatch):
    shelf.get(base("other-model"), print)
    load, beside = shelves.TorchModel, []

    def loading(source, quantization):
        beside.append(len(shelf._held))
        if shelf._held:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return load(source, quantization)

    monkeypatch.setattr(shelves, "TorchModel", loading)
    with_adapter = shelf.get(run_of(workspace), print)
    assert beside == [1, 0] and answer_of(with_adapter)["tokens"] > 0
    assert [one["model_path"] for one in shelf.loaded()] == ["outputs/r1"]


def test_a_model_that_does_not_fit_alone_is_tried_once_and_leaves_nothing_behind(shelf, monkeypatch):
    shelf.get(base("other-model"), print)

    def loading(source, quantization):
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(shelves, "TorchModel", loading)
    with pytest.raises(RuntimeError, match="out of memory"):
        shelf.get(base("tiny-model"), print)
    assert shelf.loaded() == []


def test_an_exported_model_that_was_deleted_is_not_found(shelf, workspace):
    gone = {"model_path": "exports/r1/merged", "kind": "merged", "place": str(workspace.export("r1") / "merged")}
    with pytest.raises(NotFound, match="exports/r1/merged"):
        shelf.get(gone, print)
