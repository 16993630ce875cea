"""Exports as they are told, from histories of events; no worker is ever started."""

import pytest

from core.errors import Conflict, NotFound
from core.paths import SessionPaths
from core.sessions.events import EventLog
from core.sessions.store import SessionStore
from services.exports.plan import ExportPlanner
from services.exports.service import ExportService
from services.hub import Hub
from services.processes.in_use import InUse
from services.processes.worker import Launch
from tests.support.past_exports import write_adapter_files, write_export, write_log
from tests.support.past_runs import write_run

BEGUN = [("starting", {"device": "cpu"}), ("started", {"pid": 0})]
CONVERTING = [
    *BEGUN,
    ("phase", {"phase": "merging", "detail": ""}),
    ("notice", {"level": "info", "field": "", "message": "Some tensors stay wide."}),
    ("phase", {"phase": "converting", "detail": "f16"}),
    ("progress", {"phase": "converting", "fraction": 0.25, "text": "tensor 3 of 12"}),
]


@pytest.fixture
def told():
    """What was published."""
    return []


@pytest.fixture
def in_use():
    """Who works on which session."""
    return InUse()


@pytest.fixture
def service(workspace, told, in_use):
    store = SessionStore(workspace)
    planner = ExportPlanner(workspace, store, Hub(None, None, workspace.cache, offline=True))
    launch = Launch("none", {})

    def tell(*message):
        told.append(message)

    return ExportService(workspace, store, launch, planner, tell, in_use, clock=lambda: 1060.0)


def export(workspace, events, began=1000.0):
    folder = workspace.export("run")
    write_log(folder, events, began)
    return folder


def test_a_running_export_says_what_it_does_and_how_far_it_is(workspace, service):
    export(workspace, CONVERTING)
    state = service.state("run")
    assert (state.export_id, state.session_id, state.status) == ("run", "run", "converting")
    assert (state.phase, state.detail, state.text) == ("converting", "f16", "tensor 3 of 12")
    assert (state.fraction, state.started_at, state.elapsed_seconds, state.is_running) == (0.25, 1000.0, 60.0, True)
    assert state.eta_seconds > 0
    assert [notice["message"] for notice in state.notices] == ["Some tensors stay wide."]
    assert state.folder == str(workspace.export("run"))


def test_the_rest_is_unknown_before_anything_was_reported(workspace, service):
    export(workspace, BEGUN)
    assert service.state("run").eta_seconds is None


def test_a_failed_export_keeps_its_reason_and_the_files_made_before(workspace, service):
    folder = write_export(workspace, "run", ["q8_0", "q4_k_m"])
    reason = {"cause": "The disk is full.", "cure": "Free some.", "code": "disk_full", "log_tail": ""}
    write_log(folder, [*CONVERTING, ("failed", reason)], 1000.0)
    state = service.state("run")
    assert (state.status, state.failure["cause"], state.is_running) == ("failed", "The disk is full.", False)
    assert (state.eta_seconds, state.elapsed_seconds, state.fraction) == (None, 6.0, 0.25)
    assert [file["target"] for file in state.files] == ["q8_0", "q4_k_m"]
    assert state.modelfile.startswith("FROM ./model-q4_k_m.gguf")


def test_a_folder_with_a_proof_and_no_log_is_a_completed_export(workspace, service):
    folder = write_export(workspace, "run", ["merged"])
    (folder / "events.jsonl").unlink()
    (folder / "export.json").unlink()
    state = service.state("run")
    assert (state.status, state.fraction, state.targets, state.started_at) == ("completed", 1.0, [], None)
    assert [one.session_id for one in service.states().entries] == ["run"]


def test_what_was_never_exported_is_not_found(workspace, service):
    workspace.export("empty").mkdir()
    for session_id in ("nobody", "empty"):
        with pytest.raises(NotFound, match="never exported"):
            service.state(session_id)
    assert service.states().entries == []


def test_a_state_follows_the_log_as_it_grows(workspace, service):
    folder = export(workspace, CONVERTING)
    assert service.state("run").status == "converting"
    EventLog(folder / "events.jsonl").append("phase", phase="proving", detail="f16")
    assert service.state("run").status == "proving"
    EventLog(folder / "events.jsonl").append("completed")
    assert (service.state("run").status, service.state("run").fraction) == ("completed", 1.0)


def test_a_state_follows_the_files_as_they_go(workspace, service):
    folder = write_export(workspace, "run", ["q8_0", "q4_k_m"])
    assert len(service.state("run").files) == 2
    (folder / "model-q8_0.gguf").unlink()
    assert [file["target"] for file in service.state("run").files] == ["q4_k_m"]


def test_a_log_that_was_begun_anew_is_read_anew(workspace, service):
    export(workspace, [*CONVERTING, ("completed", {})])
    assert service.state("run").status == "completed"
    export(workspace, BEGUN)
    assert (service.state("run").status, service.state("run").fraction) == ("starting", 0.0)


def test_of_many_exports_one_that_is_broken_is_left_out_of_the_list(workspace, service):
    for number in range(3):
        write_export(workspace, f"run{number}", ["q4_k_m"])
    (workspace.export("run1") / "proof.json").write_text("{", encoding="utf-8")
    (workspace.exports / "notes.txt").write_text("by hand", encoding="utf-8")
    assert [state.session_id for state in service.states().entries] == ["run0", "run2"]


def test_at_boot_an_export_whose_worker_is_gone_is_interrupted_and_swept(workspace, service):
    folder = write_export(workspace, "run", ["q4_k_m"])
    write_log(folder, CONVERTING)
    (folder / ".work").mkdir()
    (folder / "model-f16.gguf").write_bytes(b"half")
    service.recover()
    state = service.state("run")
    assert state.status == "interrupted"
    assert "gone" in state.failure["cause"]
    assert "Export again" in state.failure["cure"]
    assert [file["target"] for file in state.files] == ["q4_k_m"]
    assert not (folder / ".work").exists()
    assert not (folder / "model-f16.gguf").exists()


def test_at_boot_what_a_killed_worker_left_is_swept_although_its_end_is_known(workspace, service):
    folder = export(workspace, [*CONVERTING, ("stopped", {"mode": "save"})])
    (folder / ".work" / "merged").mkdir(parents=True)
    service.recover()
    assert service.state("run").status == "stopped"
    assert not (folder / ".work").exists()


def test_at_boot_a_finished_export_stays_as_it_is(workspace, service):
    folder = write_export(workspace, "run", ["adapter", "q4_k_m"])
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    service.recover()
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_at_boot_a_push_whose_worker_is_gone_is_interrupted(workspace, service):
    folder = write_export(workspace, "run", ["q4_k_m"])
    write_log(folder / "push", BEGUN)
    request = '{"repo_id": "a/b", "targets": ["q4_k_m"], "private": true, "url": "https://huggingface.co/a/b"}'
    (folder / "push" / "push.json").write_text(request, encoding="utf-8")
    service.recover()
    push = service.state("run").push
    assert (push["status"], push["repo_id"], push["is_running"]) == ("interrupted", "a/b", False)
    assert "Push again" in push["failure"]["cure"]


def test_deleting_one_target_tells_how_the_export_stands_now(workspace, service, told):
    write_export(workspace, "run", ["q8_0", "q4_k_m"])
    service.delete("run", "q8_0")
    ((topic, payload),) = told
    assert topic == "export"
    assert [file["target"] for file in payload["files"]] == ["q4_k_m"]


def test_deleting_everything_leaves_nothing_and_is_told(workspace, service, told):
    write_export(workspace, "run", ["merged", "q4_k_m"])
    service.delete("run")
    assert not workspace.export("run").exists()
    assert told == [("export", {"export_id": "run", "session_id": "run", "status": "deleted"})]
    with pytest.raises(NotFound):
        service.delete("run")


def test_what_a_test_needs_is_not_deleted(workspace, service, in_use):
    write_export(workspace, "run", ["q4_k_m"])
    in_use.note("run", "evaluation")
    with pytest.raises(Conflict, match="test of 'run' is under way"):
        service.delete("run", "q4_k_m")
    assert len(service.state("run").files) == 1


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_at_boot_what_a_failed_export_could_not_prove_is_swept(workspace, service, status):
    folder = write_export(workspace, "run", ["q4_k_m"])
    reason = {"cause": "The disk is full.", "cure": "Free some.", "code": "disk_full", "log_tail": ""}
    write_log(folder, [*CONVERTING, (status, reason)])
    (folder / "model-f16.gguf").write_bytes(b"moved here, and then the disk was full")
    service.recover()
    assert not (folder / "model-f16.gguf").exists()
    assert [file["target"] for file in service.state("run").files] == ["q4_k_m"]


def test_at_boot_a_broken_proof_stops_neither_the_start_nor_the_others(workspace, service):
    for run in ("broken", "whole"):
        write_log(write_export(workspace, run, ["q4_k_m"]), CONVERTING)
    (workspace.export("broken") / "proof.json").write_text("{", encoding="utf-8")
    service.recover()
    assert service.state("whole").status == "interrupted"
    assert (workspace.export("broken") / "model-q4_k_m.gguf").exists()


@pytest.mark.parametrize("status", ["queued", "starting"])
def test_a_run_that_trains_or_waits_to_is_not_exported(workspace, service, status):
    write_run(workspace, "run", steps=1, groups=0)
    write_adapter_files(workspace.session("run").adapter, 100)
    EventLog(workspace.session("run").events).append(status, **({"device": "cpu"} if status == "starting" else {}))
    with pytest.raises(Conflict, match="being trained, or waits for it"):
        service.create("run", ["adapter"])


def test_there_is_nothing_to_cancel_in_an_export_that_has_ended(workspace, service):
    folder = write_export(workspace, "run", ["q4_k_m"])
    with pytest.raises(Conflict, match="not being exported"):
        service.cancel("run")
    assert not SessionPaths(folder).stop.exists()
