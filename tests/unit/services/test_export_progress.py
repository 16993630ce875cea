"""How far an export is and what is left of it, from histories of events."""

from itertools import pairwise

import pytest

from services.processes.progress import Progress, advance


def history(*events):
    progress = Progress()
    for t, kind, fields in events:
        progress = advance(progress, {"t": t, "kind": kind, **fields})
    return progress


def at(*points, began=100.0):
    """Progress after reaching fractions at times, in seconds since the start."""
    reports = [(began + seconds, "progress", {"fraction": fraction, "text": "x"}) for seconds, fraction in points]
    return history((began, "starting", {}), *reports)


def test_nothing_is_said_about_the_rest_before_it_can_be_known():
    assert at().eta_seconds(101) is None
    assert at((1, 0.2)).eta_seconds(101) is None
    assert at((5, 0.01)).eta_seconds(105) is None


def test_a_steady_pace_gives_the_right_rest():
    steady = at(*((second, second / 100) for second in range(1, 51)))
    assert steady.fraction == 0.5
    assert steady.eta_seconds(150) == pytest.approx(50, abs=1)


def test_the_rest_shrinks_between_two_reports():
    steady = at(*((second, second / 100) for second in range(1, 51)))
    assert steady.eta_seconds(155) == pytest.approx(45, abs=1)


def test_a_change_of_pace_moves_the_estimate_gently():
    points = [(second, second / 100) for second in range(1, 51)]
    shown = [at(*points).eta_seconds(150)]
    for second in range(51, 81):  # from here on half as fast
        points.append((second, 0.5 + (second - 50) / 200))
        shown.append(at(*points).eta_seconds(100 + second))
    jumps = [abs(later - earlier) for earlier, later in pairwise(shown)]
    assert max(jumps) < 3
    assert shown[-1] > 30


def test_a_phase_that_takes_longer_than_thought_never_leaves_less_than_nothing():
    stuck = at((10, 0.5))
    assert all(stuck.eta_seconds(100 + seconds) > 0 for seconds in range(10, 200, 10))


def test_the_fraction_never_falls_and_never_leaves_its_bounds():
    assert at((1, 0.5), (2, 0.3)).fraction == 0.5
    assert at((1, 7.0)).fraction == 1.0
    assert at((1, None)).fraction == 0.0


def test_a_completed_export_is_whole_and_has_no_rest():
    done = history((100, "starting", {}), (105, "progress", {"fraction": 0.4, "text": ""}), (106, "completed", {}))
    assert (done.fraction, done.eta_seconds(110), done.elapsed_seconds(None)) == (1.0, None, 6.0)


def test_a_new_attempt_begins_anew():
    again = history((100, "starting", {}), (105, "progress", {"fraction": 0.4, "text": ""}), (200, "starting", {}))
    assert (again.fraction, again.elapsed_seconds(203.0)) == (0.0, 3.0)


def test_an_interrupted_export_ends_with_its_last_sign_of_life():
    lost = history((100, "starting", {}), (130, "heartbeat", {}), (90_000, "interrupted", {}))
    assert lost.elapsed_seconds(None) == 30.0
