"""A stand-in for the hub that takes uploads: repositories, pre-upload, Git LFS (basic and in parts), commits."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

COMMIT = "89abcdef0123456789abcdef0123456789abcdef"
LFS_SUFFIXES = (".gguf", ".safetensors", ".bin", ".model")
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Repository:
    """One repository: whether it is private, what each path points to, and the messages of its commits."""

    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)


class HubUploads:
    """Takes what huggingface_hub sends. Use as a context manager.

    Args:
        token: The one that may write.
        owner: Whose name it may write below.

    Attributes:
        repositories: By id.
        objects: LFS objects by their SHA-256, with or without a commit.
        put: The paths of all uploads.
        asked: (method, path) of every request.
        failing: Path fragment -> the answers still to be given to requests that have it, instead of the right ones.
        seconds_per_mib: How long an upload takes.
        part_bytes: Objects beyond this size are uploaded in parts of it.
    """

    def __init__(self, token: str = "hf_right", owner: str = "someone"):
        self.token, self.owner = token, owner
        self.reset()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def reset(self) -> None:
        """Forget everything, and answer at once and rightly again."""
        self.repositories: dict[str, Repository] = {}
        self.objects: dict[str, bytes] = {}
        self.put: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.failing: dict[str, list[Answer]] = {}
        self.seconds_per_mib = 0.0
        self.part_bytes = 10**9
        self._parts: dict[str, dict[int, bytes]] = {}

    @property
    def url(self) -> str:
        """Its address, for HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "HubUploads":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, authorization: str, body: bytes) -> Answer:
        """(status, headers, body) of one request."""
        self.asked.append((method, path))
        for fragment, answers in self.failing.items():
            if fragment in path and answers:
                return answers.pop(0)
        parts = urlsplit(path).path.strip("/").split("/")
        if parts[0] == "lfs":
            return self._take(parts[1:], body)
        if authorization != f"Bearer {self.token}":
            return refused(401, "Invalid credentials in Authorization header")
        if parts == ["api", "repos", "create"]:
            return self._create(json.loads(body))
        if parts == ["api", "validate-yaml"]:
            return as_json({"errors": [], "warnings": []})
        if parts[-3:] == ["lfs", "objects", "batch"]:
            return self._batch(json.loads(body))
        return self._model("/".join(parts[2:4]), parts[4:], body)

    def _create(self, wanted: dict) -> Answer:
        name = f"{wanted['organization'] or self.owner}/{wanted['name']}"
        if name in self.repositories:
            return as_json({"error": "You already created this model repo", "url": f"{self.url}/{name}"}, 409)
        if not name.startswith(f"{self.owner}/"):
            return refused(403, f"You don't have the rights to create a model under the namespace {name!r}")
        self.repositories[name] = Repository(private=wanted.get("visibility") == "private")
        return as_json({"url": f"{self.url}/{name}", "name": name})

    def _model(self, name: str, rest: list[str], body: bytes) -> Answer:
        if name not in self.repositories:
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        repository = self.repositories[name]
        if rest[:1] == ["preupload"]:
            return as_json({"files": [self._mode(repository, file) for file in json.loads(body)["files"]]})
        if rest[:1] == ["commit"]:
            return self._commit(name, [json.loads(line) for line in body.splitlines()])
        return as_json({"id": name, "private": repository.private, "sha": COMMIT, "siblings": []})

    def _mode(self, repository: Repository, file: dict) -> dict:
        is_large = file["path"].endswith(LFS_SUFFIXES)
        held = repository.files.get(file["path"])
        oid = None if held is None else hashlib.sha256(held).hexdigest() if is_large else git_oid(held)
        return {"path": file["path"], "uploadMode": "lfs" if is_large else "regular", "shouldIgnore": False, "oid": oid}

    def _batch(self, wanted: dict) -> Answer:
        return as_json({"transfer": "basic", "objects": [self._object(one) for one in wanted["objects"]]})

    def _object(self, one: dict) -> dict:
        oid, size = one["oid"], one["size"]
        if oid in self.objects:
            return one
        upload = {"href": f"{self.url}/lfs/{oid}"}
        if size > self.part_bytes:
            count = -(-size // self.part_bytes)
            urls = {str(part): f"{self.url}/lfs/{oid}/{part}" for part in range(1, count + 1)}
            upload = {"href": f"{self.url}/lfs/{oid}/done", "header": {"chunk_size": str(self.part_bytes), **urls}}
        return {**one, "actions": {"upload": upload, "verify": {"href": f"{self.url}/lfs/{oid}/verify"}}}

    def _take(self, parts: list[str], body: bytes) -> Answer:
        oid, what = parts[0], parts[1] if len(parts) > 1 else ""
        if what == "verify":
            return (200, {}, b"") if oid in self.objects else refused(404, "no such object")
        if what.isdigit():
            self.put.append("/".join(parts))
            self._parts.setdefault(oid, {})[int(what)] = body
            return 200, {"ETag": hashlib.md5(body).hexdigest()}, b""
        if what == "done":
            body = b"".join(self._parts[oid][part["partNumber"]] for part in json.loads(body)["parts"])
        else:
            self.put.append(oid)
        if hashlib.sha256(body).hexdigest() != oid:
            return refused(400, "the content is not that of the object")
        self.objects[oid] = body
        return 200, {}, b""

    def _commit(self, name: str, lines: list[dict]) -> Answer:
        repository = self.repositories[name]
        files = dict(repository.files)
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                repository.commits.append(value["summary"])
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.objects[value["oid"]]
        repository.files = files
        url = f"{self.url}/{name}/commit/{COMMIT}"
        return as_json({"commitOid": COMMIT, "commitUrl": url, "commitMessage": "", "success": True})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"hub": self})


class _Handler(BaseHTTPRequestHandler):
    """Hands each request to `hub`."""

    hub: Any
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def do_PUT(self) -> None:
        self._reply()

    def _reply(self) -> None:
        try:
            body = self._body()
            if body is None:
                return
            with self.hub._lock:
                answer = self.hub.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            status, headers, content = answer
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:
            return  # the client has left

    def _body(self) -> bytes | None:
        """The body, at the pace that is set; None when the client leaves before its end."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(iter(self._chunk, b""))
        left, pieces = int(self.headers.get("Content-Length", 0)), []
        while left:
            piece = self.rfile.read1(min(left, 64 * 1024))
            if not piece:
                self.close_connection = True
                return None
            time.sleep(self.hub.seconds_per_mib * len(piece) / 1024**2 if self.command == "PUT" else 0)
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(), 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


def as_json(value: object, status: int = 200) -> Answer:
    """A JSON answer."""
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode("utf-8")


def refused(status: int, words: str) -> Answer:
    """A refusal as the hub words it: in a header, and in the body."""
    return status, {"X-Error-Message": words, "Content-Type": "application/json"}, json.dumps({"error": words}).encode()


def git_oid(content: bytes) -> str:
    """The id that Git gives a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
