"""A disk that is full, read-only or somebody else's is told as such, and what was there stays."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import RunConfig
from core.failures import of_disk
from core.jsonfile import write_json, write_text
from core.paths import Workspace
from tests.support.server import REPOSITORY


@pytest.fixture
def full(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    """The folder of configurations on a full file system, with one saved; where none can be mounted, writes end so."""
    workspace.configs.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(workspace.configs)]
    is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    write_json(workspace.saved_config("mine"), RunConfig().dump())
    if is_mounted:
        with (workspace.configs / "filler").open("wb", buffering=0) as file, pytest.raises(OSError):
            while True:
                file.write(bytes(4096))
    else:
        monkeypatch.setattr(Path, "write_bytes", half_written)
    yield workspace
    if is_mounted:
        subprocess.run(["umount", "-l", str(workspace.configs)], check=True)


def half_written(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def test_on_a_full_disk_nothing_is_saved_by_halves_and_what_was_there_stays(full, client):
    before = full.saved_config("mine").read_bytes()
    asked = client(full)
    for name in ("mine", "another"):
        answer = asked.post("/api/configs/save", json={"name": name, "config": {"training": {"seed": 7}}})
        assert (answer.status_code, answer.json["error"]["code"]) == (507, "disk_full")
        assert "The disk is full" in answer.json["error"]["message"] and answer.json["error"]["hint"]
    assert full.saved_config("mine").read_bytes() == before
    assert sorted(file.name for file in full.configs.iterdir() if file.name != "filler") == ["mine.json"]
    assert asked.get("/api/configs/list").json["configs"][0]["name"] == "mine"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes no files")
def test_where_nothing_may_be_written_it_is_said(workspace, client):
    asked = client(workspace)
    workspace.configs.rmdir()
    workspace.configs.symlink_to("/sys/kernel")
    answer = asked.post("/api/configs/save", json={"name": "a", "config": {}})
    assert (answer.status_code, answer.json["error"]["code"] in ("read_only", "no_permission")) == (507, True)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes no files")
def test_a_server_on_a_root_that_can_not_be_written_to_says_so_in_one_line():
    command = [sys.executable, "flask_app.py", "--port", "0", "--root", "/sys/kernel"]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("The data folders below /sys/kernel can't be written to.")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM])
def test_every_way_in_which_a_disk_refuses_has_its_words(number):
    cause, cure, _ = of_disk(OSError(number, os.strerror(number), "/data/configs/mine.json"))
    assert cause.endswith(": mine.json.") and cure


def test_what_is_no_fault_of_the_disk_is_not_blamed_on_it():
    assert of_disk(ConnectionResetError(errno.ECONNRESET, "reset")) is None


def test_no_half_file_is_left_where_the_whole_one_can_not_come(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):
        write_text(tmp_path / "taken", "text")
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]
