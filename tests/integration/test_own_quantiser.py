"""An export through the llama-quantize that the user names; here a program of its form around the pinned library."""

import subprocess
import sys

import pytest

from core.jsonfile import read_json, write_json
from core.sessions.events import read_events
from services.processes.worker import worker_command, worker_environment
from tests.conftest import REPOSITORY
from tests.support.trained_run import write_trained_run

pytestmark = pytest.mark.real

PROGRAM = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
from pathlib import Path
from core.export.targets import target_named
from core.workers.export.quantise import quantise
source, made, kind, threads = sys.argv[1:]
print("[   1/   2] a tensor", flush=True)
quantise(Path(source), Path(made), target_named(kind), int(threads), lambda fraction: None)
Path(__file__).with_name("calls").write_text(f"{{kind}} {{threads}}")
"""


def export(workspace, environment, **more):
    folder = workspace.export("r1")
    folder.mkdir(exist_ok=True)
    write_json(folder / "export.json", {"targets": ["q8_0"]})
    (folder / "events.jsonl").unlink(missing_ok=True)
    settings = worker_environment({**environment, **more}, workspace, "cpu")
    command = worker_command("core.workers.export", folder)
    subprocess.run(command, cwd=REPOSITORY, env=settings, capture_output=True, check=False)
    return read_events(folder / "events.jsonl")


def test_the_program_that_llama_cpp_names_makes_the_file(workspace, environment):
    write_trained_run(workspace, "r1")
    program = workspace.root / "llama.cpp" / "build" / "bin" / "llama-quantize"
    program.parent.mkdir(parents=True)
    text = PROGRAM.replace("import sys\nsys.path", "import os, sys\nos.environ.pop('LLAMA_CPP')\nsys.path", 1)
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    events = export(workspace, environment, LLAMA_CPP=str(workspace.root / "llama.cpp"))
    assert events[-1]["kind"] == "completed", events[-1]
    assert (program.parent / "calls").read_text(encoding="utf-8").split()[0] == "Q8_0"
    assert [file["target"] for file in read_json(workspace.export("r1") / "proof.json")["files"]] == ["q8_0"]


def test_a_program_that_refuses_fails_the_export_with_its_words(workspace, environment):
    write_trained_run(workspace, "r1")
    program = workspace.root / "llama-quantize"
    program.write_text("#!/bin/sh\necho 'this is no model for me'\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    failed = export(workspace, environment, LLAMA_CPP=str(program))[-1]
    assert failed["kind"] == "failed"
    assert "this is no model for me" in failed["cause"]
    assert not list(workspace.export("r1").glob("*.gguf"))
