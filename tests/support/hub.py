"""A small stand-in for the Hugging Face hub on loopback: serves folders as model and data set repositories."""

from __future__ import annotations

import hashlib
import json
import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote

import yaml

COMMIT = "0123456789abcdef0123456789abcdef01234567"
Answer = tuple[int, dict[str, str], bytes]


class HubStandIn:
    """Answers as the hub does for models' files and for data sets' description, file lists and files.

    Use as a context manager.

    Args:
        repositories: Model id -> folder.
        gated: Ids whose files are refused; a gated data set's description is public, as on the hub.
        datasets: Data set id -> folder; the metadata of its README is its card.

    Attributes:
        asked: The path of every request.
        bytes_sent: How much was sent, without headers.
        is_slow: While true, no request is answered before the stand-in is left.
        commit: The commit that every repository is at.
    """

    def __init__(
        self,
        repositories: dict[str, Path],
        gated: tuple[str, ...] = (),
        datasets: dict[str, Path] | None = None,
    ):
        self.repositories, self.gated, self.datasets = repositories, gated, datasets or {}
        self.asked: list[str] = []
        self.bytes_sent = 0
        self.is_slow = False
        self.commit = COMMIT
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Its address, for HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "HubStandIn":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, form: bytes = b"", byte_range: str = "") -> Answer:
        """(status, headers, body) of one request."""
        self.asked.append(path)
        if self.is_slow:
            self._over.wait(60)
        parts = [unquote(part) for part in path.partition("?")[0].strip("/").split("/")]
        if parts[:2] == ["api", "datasets"]:
            return self._about("/".join(parts[2:4]), parts[4:], form)
        if parts[0] == "datasets":
            return self._file(self.datasets, "/".join(parts[1:3]), parts[3:], byte_range)
        parts = parts[2:] if parts[:2] == ["api", "models"] else parts
        return self._file(self.repositories, "/".join(parts[:2]), parts[2:], byte_range)

    def _file(self, served: dict[str, Path], name: str, rest: list[str], byte_range: str) -> Answer:
        if name in self.gated:
            return 403, {"X-Error-Code": "GatedRepo"}, b""
        if name not in served:
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        file = served[name].joinpath(*rest[2:])
        if rest[:1] != ["resolve"] or not file.is_file():
            return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": self.commit}, b""
        headers = {"ETag": f'"{_sha256(file, file.stat().st_mtime_ns)}"', "X-Repo-Commit": self.commit}
        size = file.stat().st_size
        if not byte_range:
            return 200, headers, file.read_bytes()
        first, _, last = byte_range.removeprefix("bytes=").partition("-")
        end = min(int(last) + 1 if last else size, size)
        with file.open("rb") as stream:
            stream.seek(int(first))
            body = stream.read(end - int(first))
        return 206, {**headers, "Content-Range": f"bytes {first}-{end - 1}/{size}"}, body

    def _about(self, name: str, rest: list[str], form: bytes) -> Answer:
        if name not in self.datasets:
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        folder = self.datasets[name]
        if rest[:1] == ["tree"]:
            return _as_json(_entries(folder, "/".join(rest[2:])))
        if rest[:1] == ["paths-info"]:
            wanted = parse_qs(form.decode("utf-8")).get("paths", [])
            return _as_json([entry for entry in _entries(folder) if entry["path"] in wanted])
        files = [entry for entry in _entries(folder) if entry["type"] == "file"]
        about = {
            "id": name,
            "sha": self.commit,
            "private": False,
            "gated": "auto" if name in self.gated else False,
            "cardData": _card(folder),
            "siblings": [{"rfilename": entry["path"], "size": entry["size"]} for entry in files],
        }
        return _as_json(about)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._reply(with_body=False)

            def do_GET(self) -> None:
                self._reply(with_body=True)

            def do_POST(self) -> None:
                self._reply(with_body=True)

            def _reply(self, with_body: bool) -> None:
                form = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, body = hub.answer(self.path, form, self.headers.get("Range", ""))
                try:
                    self.send_response(status)
                    for key, value in {**headers, "Content-Length": str(len(body))}.items():
                        self.send_header(key, value)
                    self.end_headers()
                    if with_body:
                        self.wfile.write(body)
                except ConnectionError:
                    return  # the client has given up
                with hub._lock:
                    hub.bytes_sent += len(body) if with_body else 0

            def log_message(self, *arguments: object) -> None:
                """Quiet."""

        return Handler


def _as_json(value: object) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode("utf-8")


def _entries(folder: Path, below: str = "") -> list[dict]:
    """Files and folders as the hub lists them."""
    entries = []
    for path in sorted((folder / below).rglob("*")):
        entry = {"type": "directory", "oid": "0" * 40, "size": 0, "path": path.relative_to(folder).as_posix()}
        if path.is_file():
            entry |= {"type": "file", "size": path.stat().st_size}
        entries.append(entry)
    return entries


def _card(folder: Path) -> dict:
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    return yaml.safe_load(text.split("---")[1]) if text.startswith("---") else {}


@lru_cache
def _sha256(file: Path, modified_ns: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
