"""Models over REST, and the shape of a hub model fetched from a stand-in on loopback."""

import json

import pytest

from core.errors import Conflict, InvalidInput, NotFound, Unavailable
from core.hardware import Hardware
from core.runs.place import Machine
from core.sessions.store import SessionStore
from services.hub import Hub
from services.models import ModelService
from tests.support.hub import HubStandIn

CONFIG = {
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "vocab_size": 300,
    "tie_word_embeddings": True,
}
PARAMETERS = 300 * 32 + 2 * (2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 64)


def write_config(folder, config=CONFIG):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture
def hub(tmp_path):
    folders = {
        "someone/small": write_config(tmp_path / "small"),
        "someone/odd": write_config(tmp_path / "odd", {"model_type": "bert"}),
        "someone/broken": write_config(tmp_path / "broken", "{"),
        "someone/list": write_config(tmp_path / "list", []),
    }
    with HubStandIn(folders, gated=("meta/secret",)) as stand_in:
        yield stand_in


def models(workspace, url=None, **options):
    hub = Hub(url, "token", workspace.cache / "hub", **options)
    return ModelService(workspace, SessionStore(workspace), hub, Machine(Hardware(), 16.0))


def test_a_new_model_of_the_hub_is_looked_up_once_and_remembered(hub, workspace):
    service = models(workspace, hub.url)
    assert service.shape("someone/small") is None
    found = service.describe("someone/small")
    assert (found["kind"], found["parameters"], found["cached"], found["problem"]) == ("hub", PARAMETERS, False, None)
    assert found["shape"]["head_dim"] == 16
    asked = len(hub.asked)
    assert service.describe("someone/small") == found
    assert service.shape("someone/small").layers == 2
    assert len(hub.asked) == asked


def test_looking_a_model_up_does_not_make_it_seem_downloaded(hub, workspace):
    models(workspace, hub.url).describe("someone/small")
    assert not Hub(hub.url, None, workspace.cache / "hub").is_cached("someone/small")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("someone/odd", "no usable num_hidden_layers"),
        ("someone/broken", "valid JSON"),
        ("someone/list", "no JSON object"),
    ],
)
def test_a_model_of_another_kind_is_described_with_the_problem(hub, workspace, name, problem):
    found = models(workspace, hub.url).describe(name)
    assert found["shape"] is None
    assert problem in found["problem"]


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("someone/else", NotFound), ("meta/secret", Conflict), ("nonsense", NotFound), ("../x", InvalidInput)],
)
def test_a_model_that_can_not_be_had_is_refused_as_before_a_run(hub, workspace, name, refusal):
    with pytest.raises(refusal) as error:
        models(workspace, hub.url).describe(name)
    assert "model.name" in error.value.fields


def test_a_hub_that_is_gone_is_unavailable(workspace):
    with pytest.raises(Unavailable, match="can't be reached"):
        models(workspace, "http://127.0.0.1:9").describe("someone/small")
    with pytest.raises(Unavailable, match="runs offline"):
        models(workspace, offline=True).describe("someone/small")


def test_a_cached_model_is_read_from_the_cache(workspace):
    repository = workspace.cache / "hub" / "models--a--b"
    write_config(repository / "snapshots" / "c0ffee")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("c0ffee", encoding="utf-8")
    found = models(workspace, offline=True).describe("a/b")
    assert (found["cached"], found["parameters"]) == (True, PARAMETERS)


def test_a_folder_is_read_where_it_is(workspace):
    write_config(workspace.root / "mine")
    service = models(workspace, offline=True)
    for name in ("mine", str(workspace.root / "mine")):
        found = service.describe(name)
        assert (found["kind"], found["parameters"], found["cached"]) == ("local", PARAMETERS, True)
        assert service.shape(name) is not None


@pytest.mark.parametrize(("name", "kind"), [("SmolLM2-135M-Instruct", "embedded"), ("unsloth/Qwen3-1.7B", "hub")])
def test_a_curated_model_is_known_without_asking(workspace, name, kind):
    found = models(workspace, offline=True).describe(name)
    assert (found["kind"], found["cached"]) == (kind, kind == "embedded")
    assert found["family"] and found["parameters"] and found["shape"]


def test_base_models_come_with_settings_that_suit_this_machine(shared_server):
    status, found = shared_server.call("GET", "/api/models/list")
    assert status == 200
    embedded = next(model for model in found["base"] if model["embedded"])
    assert (embedded["cached"], embedded["fits"]) == (True, True)
    assert set(embedded) == {
        "id", "family", "title", "parameters", "licence", "note", "embedded", "cached", "memory_gib", "available_gib",
        "device", "fits", "recommended",
    }  # fmt: skip
    config = embedded["recommended"] | {"model": {"name": embedded["id"], **embedded["recommended"]["model"]}}
    memory = shared_server.call("POST", "/api/training/plan", {"config": config})[1]["memory"]
    assert memory["total_gib"] == pytest.approx(embedded["memory_gib"], abs=0.01)


def test_a_trained_model_is_listed_with_its_score(shared_server, until):
    shared_server.begin("skilled", "steps=2 delay=0.01")
    until(lambda: shared_server.status("skilled") == "completed")
    (model,) = shared_server.call("GET", "/api/models/list")[1]["models"]
    assert model["path"] == "outputs/skilled/adapter"
    assert (model["base"], model["dataset"], model["status"]) == ("SmolLM2-135M-Instruct", "arithmetic", "completed")
    assert model["score"] == {"stage": "trained", "correct": 3, "scored": 10, "total": 10, "reward": 0.3}


def test_a_model_is_described_over_rest(shared_server):
    status, found = shared_server.call("GET", "/api/models/describe?name=unsloth/phi-4")
    assert (status, found["family"]) == (200, "Phi")
