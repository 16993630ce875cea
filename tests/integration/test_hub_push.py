"""Pushing exports to the hub: what arrives, what is asked first, what a failure says, and that no token stays."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest
import yaml

from core.export.targets import TARGETS
from core.paths import Workspace
from tests.support.hub_uploads import HubUploads, refused
from tests.support.past_exports import write_export
from tests.support.past_runs import write_run
from tests.support.server import KILLED, Server

pytestmark = pytest.mark.real

TOKEN = "hf_right"
PUSH = {"session_id": "run", "repo_id": "someone/sums", "targets": ["q4_k_m"], "token": TOKEN}


@pytest.fixture(scope="module")
def running(tmp_path_factory, environment):
    """(a server, the stand-in that it takes for the hub)."""
    root = tmp_path_factory.mktemp("root")
    with HubUploads(TOKEN) as hub:
        server = Server(root, outside(environment, HF_ENDPOINT=hub.url))
        server.start()
        yield server, hub
        server.kill()


@pytest.fixture
def hub(running):
    """The stand-in without any repository."""
    running[1].reset()
    return running[1]


@pytest.fixture
def pushed(running, hub):
    """The server, with an exported run that was never pushed."""
    write_exported_run(running[0].root)
    return running[0]


@pytest.fixture
def started(tmp_path, environment, hub):
    """Starts a server of one's own with some values of the environment changed."""
    servers = []

    def start(**changes):
        write_exported_run(tmp_path)
        servers.append(Server(tmp_path, outside(environment, **{"HF_ENDPOINT": hub.url, **changes})))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


def outside(environment, **changes):
    """An environment with a way out and no token."""
    return {name: value for name, value in environment.items() if name != "HF_TOKEN"} | {
        "HF_HUB_OFFLINE": "0",
        **changes,
    }


def write_exported_run(root):
    workspace = Workspace(root).create()
    for folder in (workspace.session("run").folder, workspace.export("run")):
        shutil.rmtree(folder, ignore_errors=True)
    write_run(workspace, "run", steps=3, groups=0, name="Sums")
    write_export(workspace, "run", ["adapter", "merged", "adapter_gguf", "q8_0", "q4_k_m"], 200_000)


def push(server, until, **changes):
    """The state of a push once it has ended."""
    status, reply = server.call("POST", "/api/exports/push", PUSH | changes)
    assert status == 202, reply
    until(lambda: not state(server)["is_running"], what="the end of the push")
    return state(server)


def state(server):
    return server.call("GET", "/api/exports/run")[1]["push"]


def exported(server, target):
    """Path below a target's folder -> content; a single file has the empty path."""
    path = Workspace(server.root).export("run") / TARGETS[target].file
    if path.is_file():
        return {"": path.read_bytes()}
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.iterdir()}


def card(hub, repo_id="someone/sums"):
    """(front matter, text) of the README."""
    _, front, text = hub.repositories[repo_id].files["README.md"].decode("utf-8").split("---\n", 2)
    return yaml.safe_load(front), text


def test_a_model_file_arrives_byte_for_byte_in_a_private_repository(pushed, hub, until):
    done = push(pushed, until)
    assert (done["status"], done["fraction"], done["failure"]) == ("completed", 1.0, None)
    assert done["url"] == f"{hub.url}/someone/sums"
    repository = hub.repositories["someone/sums"]
    assert repository.private
    assert repository.commits == ["Push q4_k_m of run from LoRA Craft"]
    assert sorted(repository.files) == ["Modelfile", "README.md", "model-q4_k_m.gguf"]
    assert repository.files["model-q4_k_m.gguf"] == exported(pushed, "q4_k_m")[""]


def test_a_public_repository_is_made_when_it_is_asked_for(pushed, hub, until):
    assert push(pushed, until, private=False)["status"] == "completed"
    assert not hub.repositories["someone/sums"].private


def test_an_adapter_lies_at_the_top_and_names_its_base_model_on_the_hub(pushed, hub, until):
    assert push(pushed, until, targets=["adapter", "adapter_gguf"])["status"] == "completed"
    files = hub.repositories["someone/sums"].files
    weights = "adapter_model.safetensors"
    assert sorted(files) == ["README.md", "adapter-f16.gguf", "adapter_config.json", weights, "tokenizer.json"]
    assert files[weights] == exported(pushed, "adapter")[weights]
    config = json.loads(files["adapter_config.json"])
    assert config == {"r": 4, "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct"}


def test_a_merged_model_takes_the_top_and_the_adapter_a_folder(pushed, hub, until):
    assert push(pushed, until, targets=["adapter", "merged", "q4_k_m", "q8_0"])["status"] == "completed"
    files = hub.repositories["someone/sums"].files
    assert files["model.safetensors"] == exported(pushed, "merged")["model.safetensors"]
    assert files["adapter/adapter_model.safetensors"] == exported(pushed, "adapter")["adapter_model.safetensors"]
    assert "adapter/README.md" not in files
    assert {"model-q4_k_m.gguf", "model-q8_0.gguf", "Modelfile", "Modelfile-q8_0", "config.json"} <= set(files)


def test_the_card_says_what_it_is_how_it_was_measured_and_how_it_is_used(pushed, hub, until):
    push(pushed, until, targets=["adapter", "q4_k_m"])
    front, text = card(hub)
    assert front == {
        "base_model": "HuggingFaceTB/SmolLM2-135M-Instruct",
        "base_model_relation": "adapter",
        "library_name": "peft",
        "pipeline_tag": "text-generation",
        "license": "apache-2.0",
        "tags": ["lora-craft", "grpo", "lora", "gguf"],
    }
    for part in ("# Sums", "95 % interval", "after GRPO", "Apache 2.0", '"someone/sums"', "| model-q4_k_m.gguf |"):
        assert part in text
    assert "ollama run hf.co/someone/sums:Q4_K_M" in text
    assert str(pushed.root) not in text


def test_a_large_file_is_sent_in_parts(pushed, hub, until):
    hub.part_bytes = 64_000
    assert push(pushed, until)["status"] == "completed"
    assert len(hub.put) == 4
    assert hub.repositories["someone/sums"].files["model-q4_k_m.gguf"] == exported(pushed, "q4_k_m")[""]


def test_after_a_failure_only_what_is_missing_is_sent_again(pushed, hub, until):
    hub.failing = {"/commit/": [refused(500, "try later")] * 9}
    failed = push(pushed, until, targets=["q4_k_m", "q8_0"])
    assert failed["status"] == "failed"
    assert "status 500" in failed["failure"]["cause"]
    assert "not sent again" in failed["failure"]["cure"]
    assert len(hub.put) == 2
    hub.failing = {}
    assert push(pushed, until, targets=["q4_k_m", "q8_0", "adapter_gguf"])["status"] == "completed"
    assert len(hub.put) == 3
    assert len(hub.repositories["someone/sums"].commits) == 1


def test_a_second_push_of_the_same_files_changes_nothing(pushed, hub, until):
    push(pushed, until)
    assert push(pushed, until)["status"] == "completed"
    assert len(hub.repositories["someone/sums"].commits) == 1


def test_a_push_can_be_cancelled_and_repeated(pushed, hub, until):
    hub.seconds_per_mib = 100
    assert pushed.call("POST", "/api/exports/push", PUSH)[0] == 202
    until(lambda: state(pushed)["phase"] == "uploading")
    assert pushed.call("POST", "/api/exports/push/cancel", {"session_id": "run"})[0] == 202
    until(lambda: not state(pushed)["is_running"])
    assert state(pushed)["status"] == "stopped"
    assert hub.repositories["someone/sums"].files == {}
    hub.seconds_per_mib = 0
    assert push(pushed, until)["status"] == "completed"


def test_while_a_push_runs_its_files_can_not_change(pushed, hub, until):
    hub.seconds_per_mib = 100
    assert pushed.call("POST", "/api/exports/push", PUSH)[0] == 202
    for method, path, value in [
        ("POST", "/api/exports/push", PUSH),
        ("POST", "/api/exports/create", {"session_id": "run"}),
        ("DELETE", "/api/exports/run", None),
        ("DELETE", "/api/exports/run/q8_0", None),
        ("DELETE", "/api/training/sessions/run", None),
    ]:
        status, reply = pushed.call(method, path, value)
        assert (status, reply["error"]["code"]) == (409, "conflict"), path
    assert pushed.call("POST", "/api/exports/push/cancel", {"session_id": "run"})[0] == 202
    until(lambda: not state(pushed)["is_running"])


def test_a_killed_push_says_what_to_do(pushed, hub, until):
    hub.seconds_per_mib = 100
    pushed.call("POST", "/api/exports/push", PUSH)
    until(lambda: state(pushed)["phase"] == "uploading")
    os.kill(worker().pid, signal.SIGKILL)
    until(lambda: not state(pushed)["is_running"])
    assert (state(pushed)["status"], state(pushed)["failure"]["code"]) == ("failed", KILLED)
    assert "Push again" in state(pushed)["failure"]["cure"]


def test_a_push_outlives_the_server(pushed, hub, until):
    hub.seconds_per_mib = 100
    pushed.call("POST", "/api/exports/push", PUSH)
    until(lambda: state(pushed)["phase"] == "uploading")
    pushed.kill()
    pushed.start()
    assert state(pushed)["is_running"]
    hub.seconds_per_mib = 0
    until(lambda: state(pushed)["status"] == "completed")


def test_a_push_that_died_with_the_server_is_interrupted(pushed, hub, until):
    hub.seconds_per_mib = 100
    pushed.call("POST", "/api/exports/push", PUSH)
    until(lambda: state(pushed)["phase"] == "uploading")
    child = worker()
    pushed.kill()
    child.kill()
    child.wait()
    pushed.start()
    assert state(pushed)["status"] == "interrupted"
    assert "Push again" in state(pushed)["failure"]["cure"]


def worker():
    lines = {process: process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])}
    return next(process for process, line in lines.items() if "core.workers.push" in line)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"token": "hf_wrong"}, "forbidden", "does not accept the token"),
        ({"repo_id": "someone-else/sums"}, "forbidden", "may not write to someone-else/sums"),
    ],
)
def test_a_refusal_of_the_hub_is_told_in_plain_words(pushed, until, changes, code, words):
    failed = push(pushed, until, **changes)
    assert (failed["status"], failed["failure"]["code"]) == ("failed", code)
    assert words in failed["failure"]["cause"]
    assert "token" in failed["failure"]["cure"]


def test_a_name_that_the_hub_refuses_is_invalid(pushed, hub, until):
    hub.failing = {"/repos/create": [refused(400, "Invalid name: sums")]}
    failed = push(pushed, until)
    assert failed["failure"]["code"] == "invalid_input"
    assert "Invalid name: sums" in failed["failure"]["cause"]


def test_nothing_private_is_sent_to_a_repository_that_is_public(pushed, hub, until):
    push(pushed, until, private=False)
    failed = push(pushed, until, targets=["q8_0"])
    assert (failed["status"], failed["failure"]["code"]) == ("failed", "conflict")
    assert "is public" in failed["failure"]["cause"]
    assert "model-q8_0.gguf" not in hub.repositories["someone/sums"].files


def test_a_file_made_before_training_went_on_is_not_pushed_under_the_new_figures(pushed):
    weights = Workspace(pushed.root).session("run").adapter / "adapter_model.safetensors"
    weights.write_bytes(b"trained on")
    os.utime(weights, (time.time() + 100, time.time() + 100))
    status, reply = pushed.call("POST", "/api/exports/push", PUSH)
    assert (status, reply["error"]["hint"]) == (409, "Export it again.")
    assert "made before training went on" in reply["error"]["fields"]["targets"]


def test_a_file_that_has_changed_since_its_proof_is_not_sent(pushed, hub, until):
    (Workspace(pushed.root).export("run") / "model-q4_k_m.gguf").write_bytes(b"x" * 200_000)
    failed = push(pushed, until)
    assert "has changed since it was proven" in failed["failure"]["cause"]
    assert hub.repositories["someone/sums"].files == {}


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"repo_id": "sums"}, 400, "repo_id"),
        ({"repo_id": "some one/sums"}, 400, "repo_id"),
        ({"repo_id": "someone/sums.git"}, 400, "repo_id"),
        ({"repo_id": "a/" + "b" * 120}, 400, "repo_id"),
        ({"targets": []}, 400, "targets"),
        ({"targets": ["q9"]}, 400, "targets"),
        ({"targets": ["f16"]}, 409, "targets"),
        ({"token": None}, 400, "token"),
        ({"token": "two words"}, 400, "token"),
        ({"token": "hf_right\nX-Evil: 1"}, 400, "token"),
        ({"session_id": "nobody"}, 404, None),
        ({"private": "yes"}, 400, "private"),
    ],
)
def test_what_can_be_known_before_is_said_before(pushed, hub, changes, status, field):
    got, reply = pushed.call("POST", "/api/exports/push", PUSH | changes)
    assert got == status
    assert set(reply["error"]) == {"code", "message", "hint", "fields"}
    assert field is None or field in reply["error"]["fields"]
    assert hub.asked == []
    assert state(pushed) is None


def test_there_is_nothing_to_cancel_before_a_push(pushed):
    assert pushed.call("POST", "/api/exports/push/cancel", {"session_id": "run"})[0] == 404
    assert pushed.call("POST", "/api/exports/push/cancel", {"session_id": "nobody"})[0] == 404


def test_the_server_s_own_token_is_used_where_none_is_typed(pushed, started, until):
    assert not pushed.call("GET", "/api/exports/plan?session_id=run")[1]["has_hub_token"]
    own = started(HF_TOKEN=TOKEN)
    assert own.call("GET", "/api/exports/plan?session_id=run")[1]["has_hub_token"]
    assert push(own, until, token=None)["status"] == "completed"


def test_a_hub_that_is_gone_is_told_apart_from_a_refusal(started, until):
    failed = push(started(HF_ENDPOINT="http://127.0.0.1:9"), until)
    assert (failed["failure"]["code"], failed["failure"]["cause"][:26]) == ("unavailable", "The hub can't be reached (")


def test_an_offline_server_pushes_nothing(started):
    status, reply = started(HF_HUB_OFFLINE="1").call("POST", "/api/exports/push", PUSH)
    assert (status, reply["error"]["code"]) == (503, "unavailable")
    assert "HF_HUB_OFFLINE" in reply["error"]["message"]


@pytest.mark.parametrize("where", ["/repos/create", "/preupload/", "/lfs/", "/commit/"])
def test_the_token_stays_nowhere_even_when_the_hub_repeats_it(pushed, hub, until, where):
    hub.failing = {where: [refused(400, f"Bearer {TOKEN} is not welcome")] * 9}
    failed = push(pushed, until)
    assert failed["status"] == "failed"
    assert "[token]" in failed["failure"]["cause"]
    assert TOKEN not in json.dumps(pushed.call("GET", "/api/exports/list")[1])
    assert files_with(pushed.root, TOKEN) == []


def test_the_token_stays_nowhere_after_a_push(pushed, until):
    assert push(pushed, until)["status"] == "completed"
    assert TOKEN not in json.dumps(pushed.call("GET", "/api/exports/list")[1])
    assert files_with(pushed.root, TOKEN) == []


def test_the_token_is_no_argument_of_a_process(pushed, hub, until):
    hub.seconds_per_mib = 100
    pushed.call("POST", "/api/exports/push", PUSH)
    until(lambda: state(pushed)["phase"] == "uploading")
    assert TOKEN not in " ".join(worker().cmdline())
    pushed.call("POST", "/api/exports/push/cancel", {"session_id": "run"})
    until(lambda: not state(pushed)["is_running"])


def files_with(root: Path, text: str) -> list[str]:
    return [str(path) for path in root.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
