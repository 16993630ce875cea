"""Entry point: `python flask_app.py [--host H] [--port P] [--root DIR] [--worker MODULE] [--debug]`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from app_factory import REPOSITORY, Settings, create_app
from constants import DEFAULT_HOST, DEFAULT_PORT, LOOPBACK_HOSTS
from websockets import socketio


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted."""
    options = _parse(arguments)
    if options.host not in LOOPBACK_HOSTS:
        sys.stderr.write(
            f"Refused to listen on {options.host}: the server has no login yet, and whoever reaches it can use this "
            "machine. Listen on 127.0.0.1 and use an SSH tunnel: ssh -L 5000:localhost:5000 this-machine\n"
        )
        return 2
    if not (REPOSITORY / "static" / "node_modules").is_dir():
        sys.stderr.write("The browser packages are missing, so the page will not work: run python launch.py once.\n")
    app = create_app(Settings(root=options.root, worker=options.worker, environment=dict(os.environ)))
    sys.stdout.write(f"LoRA Craft is at http://localhost:{options.port}\n")
    sys.stdout.flush()
    socketio.run(
        app,
        host=options.host,
        port=options.port,
        debug=options.debug,
        use_reloader=False,
        allow_unsafe_werkzeug=True,
    )
    return 0


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
