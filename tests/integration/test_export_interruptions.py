"""Real exports of a tiny model, cancelled, killed and starved of disk: nothing that looks finished is left, and the
next one succeeds."""

import hashlib
import shutil
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest

from core.export.modelfile import modelfile_names
from core.export.targets import TARGETS
from core.paths import Workspace
from core.sessions.events import EventLog
from services.processes.following import is_at_work_below
from services.processes.supervisor import STOP_GRACE_S
from tests.support.server import KILLED, Server
from tests.support.sockets import connected
from tests.support.trained_run import write_trained_run

pytestmark = pytest.mark.real

ALL = ["adapter", "merged", "adapter_gguf", "f16", "q8_0"]
GGUF = [target.name for target in TARGETS.values() if target.kind == "gguf"]
CREATE = "/api/exports/create"
KEPT = {"events.jsonl", "worker.log", "export.json", "STOP", ".reserve", ".worker.lock"}
TIMEOUT_S = 120


@pytest.fixture(scope="module")
def exporting(shared_server):
    """A server with the trained run r1, of which nothing has been exported yet."""
    write_trained_run(Workspace(shared_server.root), "r1")
    return shared_server


@pytest.fixture
def fresh(exporting):
    """The same, in each test without any export."""
    exporting.call("DELETE", "/api/exports/r1")
    return exporting


def state(server):
    return server.call("GET", "/api/exports/r1")[1]


def create(server, **how):
    status, reply = server.call("POST", CREATE, {"session_id": "r1", **how})
    assert status == 202, reply
    return reply


def finish(server, until):
    until(lambda: not state(server)["is_running"], TIMEOUT_S, "the end of the export")
    return state(server)


def reach(server, phase):
    """Wait until an export has entered a phase; looked at closely, since a tiny model's are short."""
    deadline = time.monotonic() + TIMEOUT_S
    mark = f'"phase": "{phase}", "detail"'
    while mark not in (folder(server) / "events.jsonl").read_text(encoding="utf-8"):
        assert time.monotonic() < deadline and state(server)["is_running"], state(server)
        time.sleep(0.002)


def folder(server):
    return Workspace(server.root).export("r1")


def only_whole_files(server):
    """Whether every file that is there is proven, and is what its proof is about."""
    files = state(server)["files"]
    for file in files:
        path = folder(server) / file["file"]
        if file["is_folder"]:
            assert sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file()) == file["size_bytes"]
        else:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
    modelfiles = modelfile_names(files).values()
    expected = {*KEPT, "proof.json", *modelfiles, *(file["file"] for file in files)}
    return {path.name for path in folder(server).iterdir()} <= expected


def worker(server):
    return next(process for process in processes(server) if "core.workers.export" in process.info["cmdline"])


def processes(server):
    """Everything that works on the export."""
    found = psutil.process_iter(["cmdline"])
    return [p for p in found if is_at_work_below(p, folder(server)) and p.status() != psutil.STATUS_ZOMBIE]


def test_an_export_ends_with_files_that_are_proven(fresh, until):
    client, seen = connected(fresh, "export_update")
    told = seen["export_update"]
    first = create(fresh, targets=ALL)
    assert (first["is_running"], first["targets"], first["eta_seconds"]) == (True, ALL, None)
    done = finish(fresh, until)
    until(lambda: told and told[-1]["status"] == "completed")
    client.disconnect()
    assert (done["status"], done["fraction"], done["failure"]) == ("completed", 1.0, None)
    assert [file["target"] for file in done["files"]] == ALL
    assert not any(file["is_stale"] for file in done["files"])
    assert "FROM ./model-q8_0.gguf" in done["modelfile"].splitlines()
    assert only_whole_files(fresh)
    fractions = [message["fraction"] for message in told]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) > 3  # five messages a second are sent, and a tiny model takes about one
    assert any(message["eta_seconds"] is not None for message in told)
    proof = next(file for file in done["files"] if file["target"] == "q8_0")
    with urllib.request.urlopen(f"{fresh.url}/api/exports/r1/model-q8_0.gguf") as reply:
        assert hashlib.sha256(reply.read()).hexdigest() == proof["sha256"]


@pytest.mark.parametrize("phase", ["merging", "converting", "proving"])
def test_an_export_is_cancelled_at_once_and_leaves_nothing(fresh, until, phase):
    create(fresh, targets=GGUF)  # all, so that much is left wherever the phase is seen
    reach(fresh, phase)
    at_work = worker(fresh)
    at_work.suspend()  # else a busy machine may finish the export of a tiny model before it is told
    assert fresh.call("POST", "/api/exports/cancel", {"session_id": "r1"})[0] == 202
    at_work.resume()
    until(lambda: not state(fresh)["is_running"], STOP_GRACE_S, "the worker's own end")
    until(lambda: processes(fresh) == [], what="no process at work")
    until(lambda: only_whole_files(fresh), what="no file that is not proven")
    assert state(fresh)["status"] == "stopped"


@pytest.mark.parametrize("phase", ["converting", "quantising", "proving"])
def test_a_killed_export_leaves_nothing_and_says_what_to_do(fresh, until, phase):
    create(fresh, targets=["f16", "q8_0"])
    reach(fresh, phase)
    worker(fresh).kill()
    failed = finish(fresh, until)
    assert (failed["status"], failed["failure"]["code"]) == ("failed", KILLED)
    assert "export again" in failed["failure"]["cure"].lower()
    until(lambda: processes(fresh) == [], what="no process at work")
    until(lambda: only_whole_files(fresh), what="no file that is not proven")


def test_what_was_finished_before_outlives_a_killed_export_and_the_next_one_succeeds(fresh, until):
    create(fresh, targets=["q8_0"])
    assert finish(fresh, until)["status"] == "completed"
    create(fresh, targets=["f16"])
    reach(fresh, "converting")
    worker(fresh).kill()
    assert finish(fresh, until)["status"] == "failed"
    until(lambda: only_whole_files(fresh), what="no file that is not proven")
    create(fresh, targets=["f16"])
    done = finish(fresh, until)
    assert (done["status"], [file["target"] for file in done["files"]]) == ("completed", ["f16", "q8_0"])


def test_an_export_by_the_documented_request_outlives_the_server_and_a_second_one_keeps_its_file(fresh, until):
    create(fresh, format="gguf", quantization="q8_0")
    reach(fresh, "merging")
    fresh.kill()
    fresh.start()
    assert state(fresh)["is_running"]
    assert fresh.call("POST", CREATE, {"session_id": "r1"})[0] == 409
    done = finish(fresh, until)
    assert (done["status"], [file["target"] for file in done["files"]]) == ("completed", ["q8_0"])
    create(fresh, format="huggingface")
    assert [file["target"] for file in finish(fresh, until)["files"]] == ["adapter", "q8_0"]


def test_an_export_that_died_with_its_server_is_swept_at_boot(fresh, until):
    create(fresh, targets=["q8_0"])
    reach(fresh, "converting")
    fresh.kill()
    child = worker(fresh)
    child.kill()
    child.wait()
    fresh.start()
    lost = state(fresh)
    assert (lost["status"], lost["files"]) == ("interrupted", [])
    assert "Export again" in lost["failure"]["cure"]
    assert processes(fresh) == []
    assert only_whole_files(fresh)


def test_a_stopped_run_is_not_trained_on_while_it_is_exported(fresh, until):
    EventLog(Workspace(fresh.root).session("r1").events).append("stopped", mode="save", step=1, saved=True)
    create(fresh, targets=["q8_0"])
    status, reply = fresh.call("POST", "/api/training/sessions/r1/resume", {})
    assert (status, reply["error"]["message"]) == (409, "The session 'r1' is being exported.")
    fresh.call("POST", "/api/exports/cancel", {"session_id": "r1"})
    assert finish(fresh, until)["status"] == "stopped"


def test_while_an_export_runs_nothing_it_needs_can_be_deleted(fresh, until):
    create(fresh, targets=["q8_0"])
    for method, path, value in [
        ("POST", CREATE, {"session_id": "r1"}),
        ("POST", "/api/exports/push", {"session_id": "r1", "repo_id": "a/b", "targets": ["q8_0"], "token": "hf_x"}),
        ("DELETE", "/api/exports/r1", None),
        ("DELETE", "/api/exports/r1/q8_0", None),
        ("DELETE", "/api/training/sessions/r1", None),
    ]:
        status, reply = fresh.call(method, path, value)
        assert (status, reply["error"]["code"]) == (409, "conflict"), path
    fresh.call("POST", "/api/exports/cancel", {"session_id": "r1"})
    assert finish(fresh, until)["status"] == "stopped"


@pytest.fixture
def small_disk(tmp_path):
    """A folder that holds 40 MB: a file system of its own where this process may mount one; otherwise None."""
    exports = tmp_path / "exports"
    exports.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(exports)]
    is_mounted = sys.platform == "linux" and subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield exports if is_mounted else None
    if is_mounted:
        subprocess.run(["umount", "-l", str(exports)], check=True)


def test_a_full_disk_is_told_leaves_nothing_and_can_be_mended(tmp_path, environment, small_disk, until):
    server = Server(tmp_path, environment)
    server.start()
    write_trained_run(Workspace(tmp_path), "r1")
    try:
        create(server, targets=["merged", "f16", "q8_0"])
        reach(server, "merging")
        mend = starve(server, small_disk)
        failed = finish(server, until)
        assert failed["status"] == "failed"
        assert small_disk is None or failed["failure"]["code"] == "disk_full", failed["failure"]
        mend()
        until(lambda: only_whole_files(server), what="no file that is not proven")
        create(server, targets=["merged", "f16", "q8_0"])
        assert finish(server, until)["status"] == "completed"
    finally:
        server.kill()


def starve(server, small_disk):
    """Take the disk away from an export: fill it, or where that can't be done, forbid its worker files of any size."""
    if small_disk is None:
        import resource

        child = worker(server)
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (20_000, 20_000))
        return lambda: None
    filler = small_disk / "r1" / "filler"
    with filler.open("wb") as file:
        free = shutil.disk_usage(small_disk).free
        file.write(b"x" * (free - 16 * 1024))
    return filler.unlink
