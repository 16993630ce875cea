"""A real server in a process of its own, with the fake worker unless told otherwise."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.hardware import MemoryWatch

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FAKE_WORKER = "tests.support.fake_worker"
KILLED = "killed" if MemoryWatch().was_short() is None else "signal"
"""The code of a worker that a test has killed: where the system counts its own kills, it is not taken for one."""
START_S = 120
"""Patience with a start on a machine that is busy with something else."""


class Server:
    """flask_app.py, or what stands in for it, on a free port; can be killed and started again on the same data.

    Attributes:
        at_hand: The folder of a model that every server finds in its cache, as a former run would have left it.
    """

    at_hand: Path | None = None

    def __init__(
        self,
        root: Path,
        environment: dict[str, str],
        worker: str = FAKE_WORKER,
        program: Sequence[str] = ("flask_app.py",),
    ):
        self.root, self.environment, self.worker, self.program = root, environment, worker, program
        self.port = _free_port()
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    def start(self) -> float:
        """Start it and wait for its first answer; the seconds that took."""
        began = time.monotonic()
        if self.at_hand is not None and not (link := self.root / "cache" / "models" / self.at_hand.name).exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(self.at_hand, target_is_directory=True)
        command = [sys.executable, *self.program, "--port", str(self.port), "--root", str(self.root)]
        log = (self.root / "server-output.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [*command, "--worker", self.worker], cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log
            )
        while time.monotonic() - began < START_S:
            try:
                urllib.request.urlopen(f"{self.url}/api/system/health", timeout=5).close()
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)
                continue
            return time.monotonic() - began
        raise AssertionError((self.root / "server-output.log").read_text(encoding="utf-8"))

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def call(self, method: str, path: str, value: Any = None) -> tuple[int, Any]:
        """(status, JSON) of one request."""
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def send(self, method: str, path: str, data: bytes, kind: str = "application/octet-stream") -> tuple[int, Any]:
        """(status, JSON) of one request with a body of bytes."""
        request = urllib.request.Request(self.url + path, data, {"Content-Type": kind}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def upload(self, name: str, data: bytes, how: str = "") -> tuple[int, Any]:
        """(status, JSON) of an upload as curl -F file=@name sends it."""
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        return self.send(
            "POST", f"/api/datasets/upload{how}", head + data + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"
        )

    def job(self, job_id: str) -> dict:
        """A background job once it has ended."""
        deadline = time.monotonic() + 120
        while (job := self.call("GET", f"/api/datasets/jobs/{job_id}")[1])["status"] in ("waiting", "running"):
            assert time.monotonic() < deadline, job
            time.sleep(0.02)
        return job

    def begin(self, session_id: str, script: str) -> None:
        """Start a run of the fake worker with a script."""
        status, reply = self.call("POST", "/api/training/start", {"session_id": session_id, "config": {"name": script}})
        assert status == 202, reply

    def session(self, session_id: str) -> dict:
        """One session's state."""
        return self.call("GET", f"/api/training/sessions/{session_id}")[1]

    def empty(self) -> None:
        """Stop and delete all sessions; a server that was killed is started again first."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        deadline = time.monotonic() + START_S
        while sessions := self.call("GET", "/api/training/sessions")[1]["sessions"]:
            assert time.monotonic() < deadline, sessions
            for session in sessions:
                self.call("POST", "/api/training/stop", {"session_id": session["session_id"], "mode": "discard"})
                self.call("DELETE", f"/api/training/sessions/{session['session_id']}")
            time.sleep(0.02)

    def status(self, session_id: str) -> str:
        """One session's status."""
        return self.session(session_id)["status"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
