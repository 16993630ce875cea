"""What inspections have found out is kept: for exactly this reward, these rows, and the next server."""

import os

import pytest

from core.config import parse_config
from core.rewards.section import RewardConfig
from services.processes.inspector import Inspector
from services.training.measurements import BENCH, LENGTHS, OWN_ANSWERS, Measurements

REPORT = {"rows": 39, "mapped": 37, "usable": 36, "warm_up": 4, "train": 28, "held_out": 4, "answers": None}
LONG = {"rows": 20, "longest": 9, "prompt": 60, "is_estimated": False, "thinks": False}


@pytest.fixture
def measurements(workspace):
    (workspace.uploads / "some.csv").write_text("instruction,response\n", encoding="utf-8")
    return Measurements(workspace, Inspector(workspace, dict(os.environ)))


def config(**sections):
    return parse_config({"dataset": {"source": "uploads/some.csv"}, **sections})


def of(chosen):
    return {"config": chosen.dump()}


def test_a_grade_is_that_of_exactly_this_reward_on_these_rows(measurements):
    measurements.note("reward_bench", of(config()), {"grade": "A"})
    assert measurements.known(BENCH, config()) == {"grade": "A"}
    assert measurements.known(BENCH, config(training={"learning_rate": 1e-6})) == {"grade": "A"}
    assert measurements.known(OWN_ANSWERS, config()) is None
    for other in ({"reward": {"preset_name": "exact-match"}}, {"prompt": {"template": "plain"}}):
        assert measurements.known(BENCH, config(**other)) is None


def test_a_file_of_the_same_name_with_other_content_is_another_one(measurements, workspace):
    measurements.note("reward_bench", of(config()), {"grade": "A"})
    (workspace.uploads / "some.csv").write_text("instruction,response\na,b\n", encoding="utf-8")
    assert measurements.known(BENCH, config()) is None


def test_lengths_hold_for_one_model_and_are_learnt_from_any_look_at_the_rows(measurements):
    measurements.note("fields", of(config()), {"lengths": LONG})
    assert measurements.known(LENGTHS, config()) == LONG
    assert measurements.known(LENGTHS, config(model={"name": "some/model"})) is None
    all_rows = {**LONG, "rows": 500, "longest": 80}
    measurements.note("check", of(config()), {**REPORT, "answers": all_rows})
    assert measurements.known(LENGTHS, config()) == all_rows


def test_checked_rows_are_there_for_the_next_server_and_hold_as_far_as_nothing_else_changed(measurements, workspace):
    measurements.note("check", of(config()), REPORT)
    later = Measurements(workspace, Inspector(workspace, dict(os.environ)))
    checked, is_exact = later.checked(config())
    assert (checked["usable"], checked["train"], is_exact) == (36, 28, True)
    assert later.checked(config(training={"max_new_tokens": 9}))[1] is False
    assert later.checked(config(dataset={"source": "uploads/some.csv", "response_field": "other"})) is None


def test_a_judge_is_asked_by_the_user_only(measurements):
    judge = {"judge": {"url": "http://127.0.0.1:9/v1", "model": "some", "rubric": "Is it right?"}}
    judged = config(reward=RewardConfig(type="composite", components=[judge]).model_dump(mode="json"))
    assert "a judge is asked for every score" in measurements.known(BENCH, judged)
    measurements.note("reward_bench", of(judged), {"grade": "B"})
    assert measurements.known(BENCH, judged) == {"grade": "B"}
