"""Any bytes in any file of any store: the server starts, lists the rest, and answers."""

from __future__ import annotations

import errno
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as draw

from core.config import RunConfig
from core.evaluations.folder import ResultFolder
from core.files import clear_path
from core.jsonfile import write_json
from core.paths import Workspace
from core.rewards.custom.definition import CustomReward
from core.sessions.events import EventLog
from tests.support.evaluated import batch, batch_result
from tests.support.past_exports import write_export
from tests.support.past_runs import write_run

TEMPLATE = {
    "name": "t", "system_prompt": "s <a></a><b></b>", "instruction_template": "{instruction}",
    "reasoning_start": "<a>", "reasoning_end": "</a>", "solution_start": "<b>", "solution_end": "</b>",
}  # fmt: skip
PUSH = {"repo_id": "me/it", "targets": ["q8_0"], "private": True, "url": "http://localhost/me/it"}
SOURCE = "def reward(completion, reference):\n    return 1.0 if completion == reference else 0.0\n"

LISTS = {
    "/api/training/sessions": ("sessions", "session_id"),
    "/api/exports/list": ("exports", "session_id"),
    "/api/models/tests": ("tests", "test_id"),
    "/api/configs/list": ("configs", "name"),
    "/api/prompts": ("prompts", "name"),
    "/api/rewards/list": ("custom", "name"),
    "/api/datasets/list": ("uploads", "name"),
}
"""The lists; the key of their entries, and the key of an entry's name."""
OTHER_LISTS = ("/api/models/list", "/api/models/testable", "/api/rewards/custom", "/api/datasets/uploads")
OF_ONE = (
    *(f"/api/training/sessions/bad{rest}" for rest in ("", "/metrics", "/completions", "/diagnosis", "/logs")),
    *(f"/api/training/sessions/bad/completions/search?filter={name}" for name in ("missed", "failed", "best")),
    *("/api/models/tests/bad-1", "/api/models/tests/bad-1/results.json", "/api/models/tests/bad-1/results.csv"),
    *("/api/configs/load?name=bad", "/api/prompts/bad", "/api/rewards/custom/bad", "/api/datasets/uploads/bad.jsonl"),
    "/api/exports/plan?session_id=bad&targets=q8_0",
)
FILES = (
    *(f"outputs/bad/{name}" for name in ("config.json", "events.jsonl", "worker.log", "STOP")),
    "outputs/bad/completions/step-000002.jsonl",
    *(f"outputs/bad/tests/bad-1/{name}" for name in ("test.json", "results.jsonl")),
    *(f"exports/bad/{name}" for name in ("proof.json", "export.json", "events.jsonl", "Modelfile")),
    *(f"exports/bad/push/{name}" for name in ("push.json", "events.jsonl")),
    *("configs/bad.json", "configs/prompts/bad.json", "configs/rewards/bad/1.json"),
    *("uploads/bad.jsonl", "uploads/.info/bad.jsonl.json", "cache/checked-rows.json"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two entries in every store: good, and bad, which is not broken yet."""
    workspace = Workspace(tmp_path_factory.mktemp("filled")).create()
    for name in ("good", "bad"):
        write_run(workspace, name, steps=3, groups=2)
        write_export(workspace, name, ["q8_0"])
        write_json(workspace.export(name) / "push" / "push.json", PUSH)
        shutil.copy(workspace.export(name) / "events.jsonl", workspace.export(name) / "push" / "events.jsonl")
        kept = ResultFolder(workspace.session(name).tests / f"{name}-1")
        kept.save(batch(f"{name}-1"))
        kept.append([batch_result(0, "a")])
        write_json(workspace.saved_config(name), RunConfig().dump())
        write_json(workspace.templates / f"{name}.json", TEMPLATE)
        write_json(workspace.rewards / name / "1.json", CustomReward(source=SOURCE).model_dump(mode="json"))
        (workspace.uploads / f"{name}.jsonl").write_text('{"a": 1}\n', encoding="utf-8")
        write_json(workspace.upload_info(f"{name}.jsonl"), {"rows": 1, "columns": ["a"], "notes": [], "sha256": None})
    return workspace


def ask(client: Any, path: str) -> tuple[int, Any]:
    """The status of an answer, and its content as a browser reads it, which knows no NaN."""
    answer = client.get(path)
    text = answer.get_data(as_text=True)
    return answer.status_code, json.loads(text, parse_constant=pytest.fail) if answer.is_json else text


def names(listed: Any, key: str, name: str) -> set[str]:
    return {entry[name].removesuffix(".jsonl").removesuffix("-1") for entry in listed[key]}


ATOMS = draw.none() | draw.booleans() | draw.integers() | draw.floats() | draw.text(max_size=8)
VALUES = draw.recursive(
    ATOMS,
    lambda inner: draw.lists(inner, max_size=3) | draw.dictionaries(draw.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@draw.composite
def contents(chosen: draw.DrawFn, original: bytes) -> bytes | None:
    """What somebody may have made of a file; None for a folder of its name."""
    kind = chosen(draw.sampled_from(["bytes", "json", "value", "value", "value", "cut", "deep", "folder", "empty"]))
    if kind == "bytes":
        return chosen(draw.binary(max_size=60))
    if kind == "json":
        return json.dumps(chosen(VALUES)).encode()
    if kind == "value":
        return b"".join(with_another_value(chosen, line) for line in lines_of(original))
    if kind == "cut":
        place = chosen(draw.integers(0, len(original)))
        return original[:place] + chosen(draw.binary(max_size=3)) + original[place + chosen(draw.integers(0, 3)) :]
    return {"deep": b"[" * 100_000, "folder": None, "empty": b""}[kind]


def lines_of(original: bytes) -> list[bytes]:
    """The documents in a file: its lines, or the whole of it."""
    try:
        json.loads(original)
        return [original]
    except ValueError:
        return original.splitlines(keepends=True)


def with_another_value(chosen: draw.DrawFn, line: bytes) -> bytes:
    """A document with one of its values replaced, renamed away or added."""
    try:
        whole = json.loads(line)
    except ValueError:
        return line
    inner = whole
    while isinstance(inner, (dict, list)) and inner:
        key = chosen(draw.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        if not isinstance(inner[key], (dict, list)) or not inner[key] or chosen(draw.integers(0, 3)) == 0:
            if isinstance(inner, dict) and chosen(draw.integers(0, 3)) == 0:
                del inner[key]
            else:
                inner[key] = chosen(VALUES)
            break
        inner = inner[key]
    return json.dumps(whole).encode() + b"\n"


def put(place: Path, content: bytes | None) -> None:
    clear_path(place)
    if content is None:
        place.mkdir(parents=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=draw.data())
def test_whatever_is_in_a_file_the_server_starts_lists_the_rest_and_answers(data, filled, client, tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(filled.root, root, dirs_exist_ok=True)
    file = root / data.draw(draw.sampled_from(FILES), label="file")
    put(file, data.draw(contents(file.read_bytes() if file.is_file() else b"{}"), label="content"))
    served = client(Workspace(root))
    for path, (key, name) in LISTS.items():
        status, listed = ask(served, path)
        assert (status, "good" in names(listed, key, name)) == (200, True), (path, listed)
        assert all(entry["problem"] and entry["cure"] for entry in listed["broken"])
    assert [ask(served, path)[0] for path in OTHER_LISTS] == [200] * len(OTHER_LISTS)
    assert [(path, status) for path in OF_ONE if (status := ask(served, path)[0]) >= 500] == []
    shutil.rmtree(root)


@pytest.fixture
def workspace(filled: Workspace, tmp_path: Path) -> Workspace:
    """The filled data folders, to break."""
    shutil.copytree(filled.root, tmp_path, dirs_exist_ok=True)
    return Workspace(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "path", "problem"),
    [
        ("outputs/bad/config.json", b"[" * 100_000, "/api/training/sessions", r"bad/config\.json: .*recursion limit"),
        ("outputs/My run/config.json", b"{}", "/api/training/sessions", "'My run' is not a name"),
        ("exports/bad/proof.json", b"", "/api/exports/list", r"bad/proof\.json: it is not valid JSON"),
        ("exports/bad/proof.json", b'{"files": [{"target": 3}]}', "/api/exports/list", r"proof\.json: target: input"),
        ("exports/bad/events.jsonl", None, "/api/exports/list", r"bad/events\.jsonl: a folder has this name"),
        ("outputs/bad/tests/bad-1/test.json", b'{"test_id": "x"}', "/api/models/tests", "field required"),
        ("configs/bad.json", b'{"training": {"max_steps": "many"}}', "/api/configs/list", "max_steps"),
        ("configs/My own.json", b"{}", "/api/configs/list", "'My own' is not a name"),
        ("configs/prompts/bad.json", b"", "/api/prompts", r"prompts/bad\.json: it is not valid JSON"),
        ("configs/rewards/bad/1.json", b"", "/api/rewards/list", r"bad/1\.json: it is not valid JSON"),
        ("configs/rewards/bad/1.json", b'{"kind": "python"}', "/api/rewards/custom", "needs a source"),
        ("uploads/My data.csv", b"a,b\n1,2\n", "/api/datasets/list", r"'My data\.csv' is not a name"),
    ],
)
def test_a_broken_entry_is_listed_with_what_is_wrong_and_what_to_do(workspace, client, file, content, path, problem):
    put(workspace.root / file, content)
    status, listed = ask(client(workspace), path)
    (entry,) = listed["broken"]
    assert status == 200 and entry["name"] in file and entry["cure"]
    assert re.search(problem, entry["problem"]), entry


@pytest.mark.parametrize(
    "line",
    [
        b'{"seq": "three", "t": 1.0, "kind": "queued"}',
        b'{"seq": 3000000, "t": 1.0, "kind": "queued"}',
        b'{"seq": 99, "t": 1.0, "kind": "metrics", "phase": "training"}',
        b'{"seq": 99, "t": 1.0, "kind": "metrics", "phase": "training", "step": 3, "reward": NaN}',
        b'{"seq": 99, "t": 1.0, "kind": "phase"}',
        b'{"seq": 99, "t": 1.0, "kind": ["phase"]}',
        b"[" * 100_000,
        b"\0" * 50,
    ],
)
def test_a_broken_line_of_a_log_is_noted_and_all_other_events_count(workspace, client, line):
    log = workspace.session("bad").events
    lines = log.read_bytes().splitlines(keepends=True)
    before = ask(client(workspace), "/api/training/sessions/bad")[1]
    place = next(number for number, each in enumerate(lines) if b'"detail": "warm_up"' in each)
    log.write_bytes(b"".join([*lines[:place], line + b"\n", *lines[place:]]))
    _, after = ask(client(workspace), "/api/training/sessions/bad")
    (notice,) = after["notices"]
    assert notice["field"] == "events.jsonl" and "can't be read" in notice["message"]
    assert {**after, "notices": []} == before
    assert ask(client(workspace), "/api/training/sessions/bad/metrics")[1]["columns"]["step"] == [1, 2, 3]


def test_a_log_that_is_a_folder_is_the_failure_of_its_session_which_can_be_deleted(workspace, client):
    put(workspace.session("bad").events, None)
    served = client(workspace)
    session = next(s for s in ask(served, "/api/training/sessions")[1]["sessions"] if s["session_id"] == "bad")
    assert (session["status"], session["failure"]["cause"]) == (
        "interrupted",
        "bad/events.jsonl: a folder has this name.",
    )
    assert served.delete("/api/training/sessions/bad").status_code == 200
    assert not workspace.session("bad").folder.exists()


def test_a_folder_that_can_not_be_written_to_keeps_no_server_from_starting(workspace, client, monkeypatch):
    workspace.session("bad").events.unlink()
    monkeypatch.setattr(EventLog, "append", refused)
    status, listed = ask(client(workspace), "/api/training/sessions")
    assert status == 200 and "good" in names(listed, "sessions", "session_id")


def refused(*whose, **what):
    raise PermissionError(errno.EACCES, "Permission denied", "events.jsonl")


@pytest.mark.parametrize("content", [b"{", b"nothing"])
def test_a_push_that_can_not_be_read_hides_no_exported_file(workspace, client, content):
    file = workspace.export("bad") / "push" / "push.json"
    put(file, content)
    for _ in range(2):
        listed = ask(client(workspace), "/api/exports/list")[1]
        export = next(export for export in listed["exports"] if export["session_id"] == "bad")
        assert [made["target"] for made in export["files"]] == ["q8_0"]
        assert (export["push"]["status"], listed["broken"]) == ("failed", [])
        file.unlink(missing_ok=True)


@pytest.mark.parametrize("kept", [0, 1], ids=["empty", "of which all but one line are broken"])
def test_a_run_whose_log_is_damaged_is_not_trained_again_by_itself(workspace, client, kept):
    log = workspace.session("bad").events
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:kept]) + b"broken\n" * kept)
    _, session = ask(client(workspace), "/api/training/sessions/bad")
    assert (session["status"], session["failure"]["code"]) == ("failed", "broken")


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("outputs/bad/config.json", "/api/training/sessions/bad"),
        ("exports/bad/proof.json", "/api/exports/bad"),
        ("exports/bad/export.json", "/api/exports/bad"),
        ("outputs/bad/tests/bad-1/test.json", "/api/models/tests/bad-1"),
        ("configs/bad.json", "/api/configs/bad"),
        ("configs/prompts/bad.json", "/api/prompts/bad"),
        ("configs/rewards/bad/1.json", "/api/rewards/custom/bad"),
    ],
)
@pytest.mark.parametrize("content", [b"{", None], ids=["text", "folder"])
def test_what_is_broken_can_be_deleted(workspace, client, file, address, content):
    put(workspace.root / file, content)
    served = client(workspace)
    answer = served.delete(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert not (workspace.root / file).exists()


def test_an_upload_whose_facts_are_broken_says_so_and_can_be_used(workspace, client):
    put(workspace.upload_info("bad.jsonl"), b"")
    listed = ask(client(workspace), "/api/datasets/list")[1]
    upload = next(upload for upload in listed["uploads"] if upload["name"] == "bad.jsonl")
    assert (upload["rows"], upload["problem"]["code"]) == (None, "broken")
    assert listed["broken"] == []
