"""Entry point: `python flask_app.py [--host H] [--port P] [--root DIR] [--worker MODULE] [--debug]`."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler

from app_factory import REPOSITORY, Settings, create_app
from constants import LOOPBACK_HOSTS, UPLOAD_CHUNK_BYTES
from core.errors import Conflict
from core.failures import of_disk
from core.hardware import Hardware, detect_hardware
from websockets import socketio

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5000
SILENCE_S = 60.0
"""A connection that sends nothing for so long, or takes nothing, is closed; an open page says something each 25 s."""


class RequestHandler(WSGIRequestHandler):
    """Reads requests in larger pieces than the usual 8 KiB, for uploads, and waits for none for ever."""

    rbufsize = UPLOAD_CHUNK_BYTES
    timeout = SILENCE_S


def main(arguments: list[str] | None = None, machine: Callable[[], Hardware] = detect_hardware) -> int:
    """Serve until interrupted; `machine` detects the GPUs."""
    options = _parse(arguments)
    if options.host not in LOOPBACK_HOSTS:
        sys.stderr.write(
            f"Refused to listen on {options.host}: the server has no login yet, and whoever reaches it can use this "
            "machine. Listen on 127.0.0.1 and use an SSH tunnel: ssh -L 5000:localhost:5000 this-machine\n"
        )
        return 2
    if not (REPOSITORY / "static" / "node_modules").is_dir():
        sys.stderr.write("The browser packages are missing, so the page will not work: run python launch.py once.\n")
    if _is_taken(options.host, options.port):
        sys.stderr.write(f"Port {options.port} is in use. Stop what uses it, or choose another with --port.\n")
        return 1
    try:
        app = create_app(Settings(options.root, options.worker, dict(os.environ), machine))
    except Conflict as conflict:
        sys.stderr.write(f"{conflict.message} {conflict.hint}\n")
        return 1
    except OSError as error:
        told = of_disk(error)
        if told is None:
            raise
        sys.stderr.write(f"The data folders below {options.root} can't be written to. {told[0]} {told[1]}\n")
        return 1
    sys.stdout.write(f"LoRA Craft is at http://localhost:{options.port}\n")
    sys.stdout.flush()
    socketio.run(
        app,
        host=options.host,
        port=options.port,
        debug=options.debug,
        use_reloader=False,
        allow_unsafe_werkzeug=True,
        request_handler=RequestHandler,
    )
    return 0


def _is_taken(host: str, port: int) -> bool:
    """Whether a program listens on the port already; checked before the server reattaches to runs."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve LoRA Craft.")
    parser.add_argument("--host", default=DEFAULT_HOST, help="the address to listen on")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument(
        "--root", type=Path, default=REPOSITORY, help="holds outputs/, configs/ and the other data folders"
    )
    parser.add_argument("--worker", default="core.workers.train", help="the module of the training worker")
    parser.add_argument("--debug", action="store_true", help="show tracebacks of the server in the browser")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
