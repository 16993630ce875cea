"""A stand-in for an OpenAI-compatible server on loopback, which marks answers by a script."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FENCED = re.compile(r"^(?P<title>[^\n]+)\n<<<(?P<fence>\w+)\n(?P<text>.*?)\n(?P=fence)>>>$", re.DOTALL | re.MULTILINE)

HANG_UP = 0
Script = Callable[[dict[str, str]], "str | int"]
"""The fenced sections of a request, title -> text, to what the model writes, or to an HTTP status, or HANG_UP."""


def marking(mark: Callable[[str], float], first_bonus: float = 0.0) -> Script:
    """A judge that gives each answer its mark, and Answer 1 a bonus, within 0 to 10."""

    def script(sections: dict[str, str]) -> str:
        marks = [mark(text) for title, text in sections.items() if title.startswith("Answer")]
        marks[0] += first_bonus
        return json.dumps({"scores": [min(10, max(0, one)) for one in marks], "reason": "by the script"})

    return script


def fair(right: str) -> Script:
    """A judge that knows the right answer: 10 for exactly that, 2 for any other."""
    return marking(lambda text: 10 if text == right else 2)


class JudgeStandIn:
    """Answers POST /v1/chat/completions as `script` says. Use as a context manager.

    Args:
        script: What the model writes.
        first: Statuses of the first requests, before the script is followed.
        together: Requests that must be under way at once before any is answered.
    """

    def __init__(self, script: Script, first: tuple[int, ...] = (), together: int = 1):
        self.script = script
        self.requests: list[dict] = []
        self.keys: list[str | None] = []
        self.most_at_once = 0
        self.closing = threading.Event()
        self._under_way = 0
        self._first = list(first)
        self._together = threading.Barrier(together, timeout=60)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def calls(self) -> int:
        """Requests so far."""
        return len(self.requests)

    def __enter__(self) -> JudgeStandIn:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def silent(self, sections: dict[str, str]) -> int:
        """A script: no answer as long as the server stands, and then none either."""
        self.closing.wait(60)
        return HANG_UP

    def reply(self, body: dict, key: str | None) -> tuple[int, bytes]:
        """(status, body) of one request."""
        with self._lock:
            self.requests.append(body)
            self.keys.append(key)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            status = self._first.pop(0) if self._first else None
        self._together.wait()
        said = self.script(sections_of(body)) if status is None else status
        with self._lock:
            self._under_way -= 1
        if isinstance(said, int):
            return said, b"scripted"
        return 200, json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        judge = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                known = self.path == "/v1/chat/completions"
                status, content = judge.reply(body, self.headers["Authorization"]) if known else (404, b"no such path")
                if status == HANG_UP:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                """Quiet."""

        return Handler


def sections_of(body: dict) -> dict[str, str]:
    """Title -> text of what is fenced in the user message of a request."""
    return {found["title"]: found["text"] for found in FENCED.finditer(body["messages"][-1]["content"])}
