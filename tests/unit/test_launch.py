"""launch.py: what can be said of it without setting anything up."""

import sys
import time

import pytest

import launch


def test_an_unknown_command_explains_the_known_ones(capsys):
    assert launch.main(["dance"]) == 2
    assert "serve|demo|test|doctor" in capsys.readouterr().out


def test_help_is_no_error(capsys):
    assert launch.main(["--help"]) == 0
    assert "launch.py" in capsys.readouterr().out


def test_an_index_that_is_not_there_is_given_up_quickly():
    began = time.monotonic()
    assert launch.answers("http://127.0.0.1:9") is False
    assert time.monotonic() - began < launch.INDEX_TIMEOUT_S + 1


def test_a_step_that_fails_shows_what_the_command_said():
    command = [sys.executable, "-c", "import sys; print('no network'); sys.exit(3)"]
    with pytest.raises(launch.SetupFailed, match=r"could not get the thing\.\nno network"):
        launch.run(command, "the thing")


def test_the_pins_for_a_gpu_are_read_from_the_requirements():
    assert {"unsloth", "unsloth_zoo", "bitsandbytes"} <= {pin.split("==")[0] for pin in launch.gpu_pins()}


def test_the_stamp_depends_on_the_requirements():
    assert launch.fingerprint("requirements.txt") != launch.fingerprint("requirements-cpu.txt")
    assert launch.fingerprint("requirements.txt") == launch.fingerprint("requirements.txt")


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-cpu.txt", "tests/requirements.txt", "tests/unsloth/requirements.txt"]
)
def test_every_requirement_is_pinned(name):
    lines = [line.split("#")[0].strip() for line in launch.lines_of(name)]
    assert [line for line in lines if line and not line.startswith("-r") and "==" not in line] == []
