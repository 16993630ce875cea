"""What the terminal shows of a run."""

import io

from rich.console import Console

from cli.progress import RunProgress, curve
from core.sessions.state import fold_all
from tests.support.histories import STARTED, history, metrics


def test_the_curve_is_full_at_1_and_empty_at_0():
    lines = curve([0.0, 0.5, 1.0], height=4).splitlines()
    assert [line[5:] for line in lines] == ["  █", "  █", " ██", " ██"]
    assert lines[0].startswith(" 1.0") and lines[-1].startswith(" 0.0")


def test_phases_steps_and_a_missing_loss_are_shown():
    out = io.StringIO()
    loss = ("metrics", {"step": 1, "total_steps": 2, "phase": "pre_training"})
    events = history(*STARTED, ("phase", {"phase": "pre_training"}), loss, ("phase", {"phase": "training"}), metrics(3))
    with RunProgress(Console(file=out, width=120)) as progress:
        for event in events:
            progress.publish("event", (fold_all("s", events), event))
    assert "Supervised warm-up" in out.getvalue()
    assert "step 3/10  reward 0.30" in out.getvalue()
