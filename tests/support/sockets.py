"""A Socket.IO client that keeps what it hears."""

from __future__ import annotations

from functools import partial
from typing import Any

import socketio

from tests.support.server import Server


def connected(server: Server, *names: str) -> tuple[socketio.Client, dict[str, list[Any]]]:
    """A client of the server, and the messages of each name as they come.

    Its disconnect does not wait for the server's word, which may have come before, for up to 3 s.
    """
    client = socketio.Client()
    seen: dict[str, list[Any]] = {name: [] for name in names}
    for name in names:
        client.on(name, seen[name].append)
    client.connect(server.url, transports=["websocket"])
    client.eio.ws.close = partial(client.eio.ws.close, timeout=0)
    return client, seen
