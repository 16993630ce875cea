"""A server's services in this process, asked without a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app_factory import InOrder
from core.hardware import Hardware
from core.paths import Workspace
from routes import BLUEPRINTS, errors
from services.processes.following import FollowedWorkers
from services.system_monitor import SystemMonitor
from services.wiring import build_services
from tests.support.server import FAKE_WORKER


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Callable[[Workspace], FlaskClient]:
    """Starts the services of a server anew on data folders, and asks them."""
    monkeypatch.setattr(SystemMonitor, "start", lambda self: None)
    monkeypatch.setattr(FollowedWorkers, "start", lambda *whose, **how: pytest.fail("a worker was started"))
    app = Flask(__name__)
    app.json = InOrder(app)
    app.testing = True
    for blueprint, prefix in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix or None)
    errors.register(app)

    def start(workspace: Workspace) -> FlaskClient:
        services = build_services(
            workspace.root, FAKE_WORKER, {"HF_HUB_OFFLINE": "1"}, lambda topic, payload: None, lambda: Hardware(())
        )
        app.extensions["lora_craft"] = services
        try:
            services.start()
        finally:
            services.lock.release()
        return app.test_client()

    return start
