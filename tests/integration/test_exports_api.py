"""Exports through REST: plans, what is refused, lists, deleting, and what Socket.IO tells."""

import shutil

import pytest

from core.export.targets import TARGETS
from core.jsonfile import read_json, write_json
from core.paths import Workspace
from tests.support.past_exports import write_adapter_files, write_export, write_log
from tests.support.past_runs import write_run
from tests.support.sockets import connected

PLAN = "/api/exports/plan?session_id=run"
STATE_KEYS = {
    *("export_id", "session_id", "status", "phase", "detail", "targets", "fraction", "eta_seconds", "elapsed_seconds"),
    *("started_at", "ended_at", "failure", "is_running", "folder", "files", "notices", "modelfile", "push"),
}


@pytest.fixture
def exported(shared_server):
    """A server with one finished run that was exported as Q4_K_M and Q8_0."""
    workspace = Workspace(shared_server.root)
    for session_id in ("run", "other"):
        shutil.rmtree(workspace.session(session_id).folder, ignore_errors=True)
        shutil.rmtree(workspace.export(session_id), ignore_errors=True)
    write_run(workspace, "run", steps=2, groups=0)
    write_export(workspace, "run", ["q8_0", "q4_k_m"])
    return shared_server


def plan(server, targets=""):
    status, reply = server.call("GET", f"{PLAN}&targets={targets}")
    assert status == 200, reply
    return reply, {offer["name"]: offer for offer in reply["targets"]}


def test_a_plan_lists_every_target_with_its_size(exported):
    reply, offers = plan(exported, "q4_k_m,merged")
    assert list(offers) == list(TARGETS)
    assert {"session_id", "needed_bytes", "free_bytes", "fits", "folder"} <= set(reply)
    assert reply["needed_bytes"] > offers["q4_k_m"]["size_bytes"] + offers["merged"]["size_bytes"]
    assert reply["fits"] and reply["free_bytes"] > 0
    assert reply["folder"] == str(Workspace(exported.root).export("run"))
    assert offers["f16"]["size_bytes"] > offers["q8_0"]["size_bytes"] > offers["q4_k_m"]["size_bytes"]
    assert [name for name, offer in offers.items() if offer["is_made"]] == ["q8_0", "q4_k_m"]
    assert all(offer["available"] and offer["reason"] is None for offer in offers.values())


def test_a_plan_for_nothing_needs_nothing(exported):
    assert plan(exported)[0]["needed_bytes"] == 0


def test_a_plan_says_what_can_not_be_made_of_the_adapter_and_why(exported):
    adapter = Workspace(exported.root).session("run").adapter
    write_json(adapter / "adapter_config.json", {"use_dora": True})
    offers = plan(exported)[1]
    assert not offers["adapter_gguf"]["available"]
    assert "DoRA" in offers["adapter_gguf"]["reason"]
    assert offers["q4_k_m"]["available"]
    status, reply = exported.call("POST", "/api/exports/create", {"session_id": "run", "format": "adapter_gguf"})
    assert status == 409
    assert "DoRA" in reply["error"]["fields"]["targets"]


def test_without_an_adapter_nothing_can_be_made(exported):
    write_run(Workspace(exported.root), "other", steps=2, groups=0)
    offers = exported.call("GET", "/api/exports/plan?session_id=other")[1]["targets"]
    assert not any(offer["available"] for offer in offers)
    assert "no trained adapter" in offers[0]["reason"]
    assert exported.call("POST", "/api/exports/create", {"session_id": "other"})[0] == 409


def test_a_run_of_an_unknown_base_model_has_a_plan_without_sizes(exported):
    write_foreign_run(exported, "no-one/knows-it")
    reply = exported.call("GET", "/api/exports/plan?session_id=foreign&targets=merged")[1]
    offers = {offer["name"]: offer for offer in reply["targets"]}
    assert (offers["merged"]["size_bytes"], reply["needed_bytes"], reply["fits"]) == (None, None, True)
    assert offers["adapter"]["size_bytes"] > 0


def test_a_state_has_all_that_is_promised(exported):
    status, state = exported.call("GET", "/api/exports/run")
    assert status == 200
    assert set(state) >= STATE_KEYS
    assert (state["export_id"], state["status"], state["is_running"], state["push"]) == (
        "run",
        "completed",
        False,
        None,
    )
    assert [(file["target"], file["is_stale"]) for file in state["files"]] == [("q8_0", False), ("q4_k_m", False)]
    assert state["modelfile"].startswith("FROM ./model-q4_k_m.gguf")
    assert exported.call("GET", "/api/exports/list")[1]["exports"] == [state]


def test_training_on_makes_what_was_exported_stale(exported):
    adapter = Workspace(exported.root).session("run").adapter
    folder = Workspace(exported.root).export("run")
    proof = read_json(folder / "proof.json")
    write_json(folder / "proof.json", {"files": [entry | {"made_at": 1.0} for entry in proof["files"]]})
    write_adapter_files(adapter, 7000)
    files = exported.call("GET", "/api/exports/run")[1]["files"]
    assert [file["is_stale"] for file in files] == [True, True]


def test_a_target_is_deleted_and_the_others_stay(exported):
    assert exported.call("DELETE", "/api/exports/run/q8_0")[0] == 200
    state = exported.call("GET", "/api/exports/run")[1]
    assert [file["target"] for file in state["files"]] == ["q4_k_m"]
    assert exported.call("DELETE", "/api/exports/run/q8_0")[0] == 404
    assert exported.call("DELETE", "/api/exports/run/nonsense")[0] == 400


def test_everything_is_deleted_at_once(exported):
    assert exported.call("DELETE", "/api/exports/run") == (200, {"session_id": "run", "deleted": True})
    assert exported.call("GET", "/api/exports/run")[0] == 404
    assert exported.call("GET", "/api/exports/list")[1]["exports"] == []


def test_deleting_the_session_deletes_its_exports(exported):
    assert exported.call("DELETE", "/api/training/sessions/run")[0] == 200
    assert exported.call("GET", "/api/exports/run")[0] == 404


def test_a_change_of_the_files_is_told_to_every_client(exported, until):
    client, seen = connected(exported, "export_update")
    told = seen["export_update"]
    exported.call("DELETE", "/api/exports/run/q8_0")
    until(lambda: any(one["status"] != "deleted" for one in told))  # an earlier test may have deleted all
    client.disconnect()
    assert set(told[-1]) >= STATE_KEYS
    assert [file["target"] for file in told[-1]["files"]] == ["q4_k_m"]


def test_a_thousand_exports_are_listed_at_once(server):
    workspace = Workspace(server.root)
    for number in range(1000):
        write_log(workspace.export(f"run{number}"), [("starting", {}), ("completed", {})])
    assert len(server.call("GET", "/api/exports/list")[1]["exports"]) == 1000
    write_export(workspace, "run7", ["q4_k_m"])
    states = server.call("GET", "/api/exports/list")[1]["exports"]
    assert [state["session_id"] for state in states if state["files"]] == ["run7"]


def test_an_export_that_does_not_fit_is_refused_with_figures(exported):
    workspace = Workspace(exported.root)
    base = workspace.root / "huge-model"
    base.mkdir(exist_ok=True)
    shape = {"num_hidden_layers": 10_000, "hidden_size": 65_536, "intermediate_size": 262_144, "vocab_size": 1_000_000}
    write_json(base / "config.json", {**shape, "num_attention_heads": 64, "model_type": "llama"})
    write_foreign_run(exported, "huge-model")
    wanted = {"session_id": "foreign", "quantization": "f16"}
    assert not exported.call("GET", "/api/exports/plan?session_id=foreign&targets=f16")[1]["fits"]
    status, reply = exported.call("POST", "/api/exports/create", wanted)
    assert (status, reply["error"]["code"]) == (503, "unavailable")
    assert reply["error"]["message"].startswith("The export needs up to ")
    assert "GiB are free" in reply["error"]["message"]


def write_foreign_run(server, model):
    """A run called foreign, with an adapter, on a model that is in no catalogue."""
    session = Workspace(server.root).session("foreign")
    server.call("DELETE", "/api/training/sessions/foreign")
    write_run(Workspace(server.root), "foreign", steps=2, groups=0)
    write_adapter_files(session.adapter, 5000)
    write_json(session.config, read_json(session.config) | {"model": {"name": model, "quantization": "4bit"}})
