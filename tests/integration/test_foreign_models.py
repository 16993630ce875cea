"""Models that are not ours: a hostile config.json, adapters, quantised weights, layers that are not there."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from core.paths import Workspace
from services.processes.worker import worker_environment
from tests.conftest import REPOSITORY
from tests.integration.test_real_training import Run, tiny
from tests.support.hub import HubStandIn

pytestmark = pytest.mark.real

__all__ = ["tiny"]
ATTACK = "llama\nimport os"
ASK = """
import sys
from pathlib import Path
from core.errors import LoraCraftError
from core.paths import Workspace
from core.workers.loading import load_tokenizer, model_source
ask = {"model_source": model_source, "load_tokenizer": load_tokenizer}[sys.argv[1]]
try:
    print("came through:", ask(sys.argv[2], Workspace(Path(sys.argv[3]))))
except LoraCraftError as error:
    print("refused:", error.message, error.hint)
"""


@pytest.fixture
def changed(tiny, tmp_path):
    """A copy of the tiny model with other values in its config.json."""

    def make(**values):
        folder = tmp_path / "models" / "changed"
        shutil.copytree(tiny, folder)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        (folder / "config.json").write_text(json.dumps(config | values), encoding="utf-8")
        return folder

    return make


def asked(function, name, root, **environment):
    settings = worker_environment({**os.environ, **environment}, Workspace(root).create(), "cpu")
    command = [sys.executable, "-c", ASK, function, str(name), str(root)]
    done = subprocess.run(command, cwd=REPOSITORY, env=settings, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() or [done.stderr]


@pytest.mark.parametrize("function", ["model_source", "load_tokenizer"])
def test_a_hostile_folder_is_refused_before_a_library_sees_it(changed, tmp_path, function):
    folder = changed(model_type=ATTACK)
    answer = asked(function, folder, tmp_path)
    assert answer[0].startswith("refused: The config.json of")
    assert "Choose another model" in answer[0]


def test_a_hostile_model_of_the_hub_is_refused_when_its_config_alone_has_come(changed, tmp_path):
    folder = changed(text_config={"model_type": ATTACK})
    with HubStandIn({"someone/bad": folder}) as hub:
        answer = asked("model_source", "someone/bad", tmp_path, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0")
    assert answer[0].startswith("refused: The config.json of someone/bad has the model_type")
    assert hub.asked[0] == "/"  # whether it is there at all
    assert {path.rpartition("/")[2] for path in hub.asked[1:]} == {"config.json"}


def test_an_honest_model_of_the_hub_comes_through(tiny, tmp_path):
    with HubStandIn({"someone/good": tiny}) as hub:
        answer = asked("model_source", "someone/good", tmp_path, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0")
    assert answer[0] == "came through: someone/good"


def test_a_repository_that_redirects_to_another_base_is_refused(changed, tmp_path):
    folder = changed()
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "evil/base"}', encoding="utf-8")
    answer = asked("model_source", folder, tmp_path)
    assert "holds an adapter, not a whole model. Name its base model instead (evil/base)." in answer[0]


def test_a_run_on_a_hostile_model_ends_before_the_model_is_loaded(changed, tmp_path):
    run = Run(Workspace(tmp_path / "root").create(), "hostile", str(changed(architectures=[ATTACK]))).finish()
    assert run.state.failure["cause"].startswith("The config.json of")
    assert run.state.failure["cure"].startswith("Choose another model")
    assert not run.seen("loaded")
    assert not run.paths.adapter.exists()


def test_a_run_whose_layers_are_not_there_says_which_there_are(tiny, tmp_path):
    run = Run(Workspace(tmp_path).create(), "layers", str(tiny))
    config = json.loads(run.paths.config.read_text(encoding="utf-8"))
    config["model"]["target_modules"] = ["q_proj", "c_attn"]
    run.paths.config.write_text(json.dumps(config), encoding="utf-8")
    run.finish()
    assert run.state.failure["cause"] == "The model has no layer named c_attn."
    assert "It has down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj." in run.state.failure["cure"]


def test_foreign_code_is_never_trusted():
    files = subprocess.run(["git", "ls-files", "*.py"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    lines = [
        f"{name}: {line.strip()}"
        for name in files.stdout.split()
        if not name.startswith("tests/")
        for line in (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
        if "trust_remote_code" in line
    ]
    off = ("trust_remote_code=False", '"trust_remote_code": False', 'r"trust_remote_code|custom code"')
    assert [line for line in lines if not any(text in line for text in off)] == []
    assert len(lines) > 5
