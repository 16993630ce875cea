"""create_app: builds the application from settings, services, routes and sockets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from constants import MAX_JSON_BYTES
from core.hardware import Hardware, detect_hardware
from routes import BLUEPRINTS, errors, guard
from services.wiring import build_services
from websockets import handlers, socketio
from websockets.publisher import Publisher

REPOSITORY = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """The settings of one server.

    Attributes:
        root: Holds the data folders.
        worker: The module of the training worker.
        environment: The environment that workers inherit.
        machine: Detects the GPUs.
    """

    root: Path = REPOSITORY
    worker: str = "core.workers.train"
    environment: Mapping[str, str] = field(default_factory=dict)
    machine: Callable[[], Hardware] = detect_hardware


class InOrder(DefaultJSONProvider):
    """JSON with its keys in the order of the Python dict."""

    sort_keys = False


def create_app(settings: Settings) -> Flask:
    """The application with its services started."""
    app = Flask(__name__, static_folder=str(REPOSITORY / "static"), template_folder=str(REPOSITORY / "templates"))
    app.config["MAX_CONTENT_LENGTH"] = MAX_JSON_BYTES
    app.json = InOrder(app)
    socketio.init_app(app, async_mode="threading")
    publisher = Publisher(socketio.emit)
    services = build_services(settings.root, settings.worker, settings.environment, publisher.publish, settings.machine)
    _log_to(services.workspace.logs)
    app.extensions["lora_craft"] = services
    for blueprint, prefix in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    errors.register(app)
    guard.register(app)
    handlers.register(socketio)
    services.start()
    return app


def _log_to(folder: Path) -> None:
    handler = RotatingFileHandler(folder / "server.log", maxBytes=5_000_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
