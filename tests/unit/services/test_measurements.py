"""What inspections have found out is kept: for exactly this reward, these rows, and the next server."""

import os
import threading

import pytest

from core.config import parse_config
from core.rewards.section import RewardConfig
from services.processes.awaited import IS_AWAITED
from services.processes.inspector import Inspector
from services.training.measurements import BENCH, LENGTHS, OWN_ANSWERS, Measurements

REPORT = {"rows": 39, "mapped": 37, "usable": 36, "warm_up": 4, "train": 28, "held_out": 4, "answers": None}
LONG = {
    "rows": 20,
    "longest": 9,
    "prompt": 60,
    "is_estimated": False,
    "thinks": False,
    "first_only": True,
    "context": None,
}


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
    all_rows = {**LONG, "rows": 500, "longest": 80, "first_only": False}
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


def test_what_all_rows_say_is_never_replaced_by_what_fewer_say(measurements):
    all_rows = {**LONG, "rows": 400, "longest": 300, "first_only": False}
    measurements.note("check", of(config()), {**REPORT, "answers": all_rows})
    measurements.note("fields", of(config()), {"lengths": {**LONG, "rows": 2000}})
    measurements.note("answer_lengths", of(config()), {**all_rows, "is_estimated": True})
    assert measurements.known(LENGTHS, config()) == all_rows
    measurements.note("check", of(config()), {**REPORT, "answers": {**all_rows, "rows": 399, "longest": 310}})
    assert measurements.known(LENGTHS, config()) == all_rows
    measurements.note("reward_bench", of(config()), {"rows": 12, "grade": "F"})
    measurements.note("reward_bench", of(config()), {"rows": 3, "grade": "A"})
    assert measurements.known(BENCH, config())["grade"] == "F"


def test_a_check_of_the_rows_that_max_samples_draws_holds_for_them_only(measurements):
    drawn = config(dataset={"source": "uploads/some.csv", "max_samples": 20})
    all_rows, few = ({**LONG, "rows": n, "longest": n, "first_only": False} for n in (400, 20))
    measurements.note("check", of(config()), {**REPORT, "answers": all_rows})
    assert measurements.known(LENGTHS, drawn) == all_rows
    measurements.note("check", of(drawn), {**REPORT, "answers": few})
    assert (measurements.known(LENGTHS, config()), measurements.known(LENGTHS, drawn)) == (all_rows, few)
    other_seed = config(dataset={"source": "uploads/some.csv", "max_samples": 20}, training={"seed": 7})
    assert measurements.known(LENGTHS, other_seed) == all_rows


class Slow:
    """An inspector whose answers come when the test lets them, unless nobody waits for them any more."""

    def __init__(self):
        self.asked, self.may_answer, self.is_wanted = threading.Semaphore(0), threading.Event(), []

    def ask(self, task, arguments, lane, timeout_s):
        self.asked.release()
        assert self.may_answer.wait(60)
        self.is_wanted.append(IS_AWAITED.get()())
        self.answered(task, arguments, {"rows": 1})


def begun(measurements, chosen, slow):
    """A thread that measures, once its question has reached the inspector."""
    thread = threading.Thread(target=measurements.measure, args=(chosen, [BENCH]), daemon=True)
    thread.start()
    assert slow.asked.acquire(timeout=60)
    return thread


def test_two_pages_that_wait_for_two_configurations_both_get_their_answers(workspace):
    slow = Slow()
    measurements, chosen = Measurements(workspace, slow), [config(), config(prompt={"template": "plain"})]
    threads = [begun(measurements, one, slow) for one in chosen]
    slow.may_answer.set()
    for thread in threads:
        thread.join(60)
    assert slow.is_wanted == [True, True]
    assert [measurements.known(BENCH, one) for one in chosen] == [{"rows": 1}] * 2


def test_what_a_page_that_has_left_asked_for_gives_way_to_the_next_question(workspace, until):
    slow, is_there = Slow(), threading.Event()
    measurements = Measurements(workspace, slow)
    token = IS_AWAITED.set(is_there.is_set)
    measurements.measure(config(), [BENCH])
    assert slow.asked.acquire(timeout=60)
    IS_AWAITED.reset(token)
    thread = begun(measurements, config(prompt={"template": "plain"}), slow)
    slow.may_answer.set()
    thread.join(60)
    until(lambda: sorted(slow.is_wanted) == [False, True])


class Broken:
    """An inspector with a bug."""

    def ask(self, task, arguments, lane, timeout_s):
        raise KeyError(task)


def test_a_measurement_that_breaks_says_so_and_is_not_pending_for_ever(workspace, caplog):
    measurements = Measurements(workspace, Broken())
    measurements.measure(config())
    assert measurements.known(BENCH, config()) == "it broke (KeyError('reward_bench')); logs/server.log says where."
    assert "The measurement reward_bench broke" in caplog.text
