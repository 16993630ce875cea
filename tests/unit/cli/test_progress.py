"""What the terminal shows of a run."""

import io

from rich.console import Console

from cli.progress import RunProgress, curve, spark
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


def test_the_whole_has_one_bar_with_the_time_left_and_the_rewards_so_far():
    out, now = io.StringIO(), [0.0]
    events = history(*STARTED, ("phase", {"phase": "training"}), metrics(1), metrics(9))
    progress = RunProgress(Console(file=out, width=120), clock=lambda: now[0])
    for event in events:
        now[0] += 20.0
        progress.publish("event", (fold_all("s", events), event))
    shown = progress._all.tasks[0]
    assert 0.3 < shown.completed < 0.7
    left = now[0] * (1 - shown.completed) / shown.completed
    assert shown.fields["note"].startswith(f"{left // 60:.0f}:{left % 60:02.0f} left")
    assert shown.fields["note"].endswith(spark([0.1, 0.9]))


def test_a_spark_is_low_at_0_and_full_at_1():
    assert spark([0.0, 0.5, 1.0]) == "▁▄█"
