"""Asking the hub before a run starts, against a stand-in on loopback."""

import json

import pytest

from core.errors import Conflict, NotFound, Unavailable
from services.hub import Hub
from tests.support.hub import HubStandIn


@pytest.fixture
def hub(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}", encoding="utf-8")
    with HubStandIn({"someone/model": tmp_path / "model"}, gated=("meta/secret",)) as stand_in:
        yield stand_in


def require(hub, name, tmp_path, **options):
    Hub(hub.url, None, tmp_path / "hf" / "hub", **options).require(name, tmp_path)


def test_a_model_the_hub_offers_passes(hub, tmp_path):
    require(hub, "someone/model", tmp_path)
    assert hub.asked


def test_a_model_the_hub_does_not_know_is_not_found(hub, tmp_path):
    with pytest.raises(NotFound, match="has no model"):
        require(hub, "someone/else", tmp_path)


def test_a_gated_model_says_how_to_get_in(hub, tmp_path):
    with pytest.raises(Conflict) as refusal:
        require(hub, "meta/secret", tmp_path)
    assert "HF_TOKEN" in refusal.value.hint


def test_a_hub_that_is_gone_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="can't be reached"):
        Hub("http://127.0.0.1:9", None, tmp_path).require("someone/model", tmp_path)


def test_what_is_at_hand_needs_no_hub(hub, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text(json.dumps({}), encoding="utf-8")
    for name in ("SmolLM2-135M-Instruct", "mine", str(tmp_path / "mine")):
        require(hub, name, tmp_path)
    assert hub.asked == []


def test_a_cached_model_needs_no_hub(hub, tmp_path):
    snapshot = tmp_path / "hf" / "hub" / "models--a--b" / "snapshots" / "c0ffee"
    snapshot.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (snapshot / name).write_text("{}", encoding="utf-8")
    refs = tmp_path / "hf" / "hub" / "models--a--b" / "refs"
    refs.mkdir()
    (refs / "main").write_text("c0ffee", encoding="utf-8")
    require(hub, "a/b", tmp_path, offline=True)
    assert hub.asked == []


def test_a_model_is_on_this_machine_when_all_its_weights_are(tmp_path):
    snapshot = tmp_path / "hub" / "models--a--b" / "snapshots" / "c0ffee"
    (tmp_path / "hub" / "models--a--b" / "refs").mkdir(parents=True)
    (tmp_path / "hub" / "models--a--b" / "refs" / "main").write_text("c0ffee", encoding="utf-8")
    snapshot.mkdir(parents=True)
    hub = Hub(None, None, tmp_path / "hub", offline=True)
    shards = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    for name, content, is_whole in (
        ("config.json", {}, False),
        ("model.safetensors.index.json", shards, False),
        ("model-1.safetensors", {}, False),
        ("model-2.safetensors", {}, True),
    ):
        (snapshot / name).write_text(json.dumps(content), encoding="utf-8")
        assert hub.is_cached("a/b") is is_whole
