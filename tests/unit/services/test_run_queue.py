"""One run per device, the rest in order."""

from services.training.queue import RunQueue


def queue(*devices):
    started = []
    return RunQueue(devices, lambda session, device: started.append((session, device)), lambda: None), started


def test_the_first_runs_and_the_second_waits():
    runs, started = queue("cpu")
    runs.enter("a", None)
    runs.enter("b", None)
    assert started == [("a", "cpu")]
    assert runs.snapshot() == {"running": {"cpu": "a"}, "waiting": ["b"]}


def test_a_free_device_goes_to_the_one_that_waited_longest():
    runs, started = queue("cpu")
    for name in "abc":
        runs.enter(name, None)
    runs.release("a")
    assert started[-1] == ("b", "cpu")


def test_two_devices_carry_two_runs():
    runs, started = queue("cuda:0", "cuda:1")
    runs.enter("a", None)
    runs.enter("b", None)
    assert started == [("a", "cuda:0"), ("b", "cuda:1")]


def test_a_run_that_wants_a_busy_device_does_not_hold_up_the_others():
    runs, started = queue("cuda:0", "cuda:1")
    runs.enter("a", "cuda:0")
    runs.enter("b", "cuda:0")
    runs.enter("c", None)
    assert started == [("a", "cuda:0"), ("c", "cuda:1")]
    runs.release("a")
    assert started[-1] == ("b", "cuda:0")


def test_a_waiting_run_can_be_withdrawn_a_running_one_not():
    runs, _ = queue("cpu")
    runs.enter("a", None)
    runs.enter("b", None)
    assert runs.withdraw("b") is True
    assert runs.withdraw("a") is False
    assert runs.snapshot()["waiting"] == []


def test_a_run_found_at_boot_holds_its_device():
    runs, started = queue("cpu")
    runs.hold("a", "cpu")
    runs.enter("b", None)
    assert started == []
