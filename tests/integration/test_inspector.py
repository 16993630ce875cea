"""The inspector and a real worker: a question that is given up."""

import os
import threading

import pytest

from core.errors import WorkerFailed
from services.processes.inspector import Inspector


def test_who_waits_for_a_stopped_lane_is_told_and_the_next_question_gets_an_answer(workspace, until):
    (workspace.prompt_files).mkdir(parents=True, exist_ok=True)
    file = workspace.prompt_files / "p.txt"
    file.write_text("one", encoding="utf-8")
    asked = {"path": file.relative_to(workspace.root).as_posix(), "encoding": None, "config": None}
    inspector = Inspector(workspace, dict(os.environ))
    failed = []

    def ask():
        with pytest.raises(WorkerFailed) as told:
            inspector.ask("prompt_file", asked, "evaluations")
        failed.append(told.value)

    waiting = threading.Thread(target=ask)
    waiting.start()
    while waiting.is_alive():
        inspector.stop("evaluations")
        waiting.join(0.05)
    assert "ended badly" in failed[0].message
    assert inspector.ask("prompt_file", asked, "evaluations")["prompts"][0]["prompt"] == "one"
