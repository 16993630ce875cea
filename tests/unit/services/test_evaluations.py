"""Evaluations with a made-up model: what is compared by default, how it samples, what comes out."""

import re
import shutil

import pytest

from core.errors import DeviceTaken, Displaced, InvalidInput, NotFound, Unavailable
from core.paths import ADAPTER_WEIGHTS
from core.sessions.store import SessionStore
from services.evaluations.service import EvaluationService, Wanted
from tests.support.answerer import Answerer, Inspection, is_in_use, make_run, sums, tools_of


def right_when_trained(ask, chat):
    """The adapter has learnt sums; without it only even ones are right."""
    number = int(re.search(r"\d+", chat[-1]["content"])[0])
    return f"<SOLUTION>{number + 1 if ask.use_adapter or number % 2 else 0}</SOLUTION>"


@pytest.fixture
def answerer(workspace):
    return Answerer(workspace, right_when_trained)


@pytest.fixture
def store(workspace):
    store = SessionStore(workspace)
    make_run(store, training={"max_new_tokens": 77, "temperature": 0.9, "top_k": 20, "seed": 7})
    return store


@pytest.fixture
def inspection(workspace):
    return Inspection(workspace, sums(40))


@pytest.fixture
def tests(workspace, store, answerer, inspection):
    service = EvaluationService(workspace, tools_of(store, answerer, inspection))
    yield service
    answerer.gate.set()
    for test in service.records().entries:
        service.wait(test.test_id, 10)


def evaluated(tests, models=None, rows=40, samples=1, session_id="r1", **values):
    test = tests.evaluate(session_id, models, rows, samples, Wanted(values))
    tests.wait(test.test_id, 10)
    return tests.get(test.test_id)


def test_a_run_is_compared_with_its_own_weights_without_the_adapter(tests, answerer):
    test, rows = evaluated(tests)
    assert [(ask.model_path, ask.use_adapter) for ask in answerer.asked[:2]] == [
        ("outputs/r1", False),
        ("outputs/r1", True),
    ]
    assert answerer.asked[0].chats == answerer.asked[1].chats
    assert test.summary["verdict"].startswith(
        "Better: r1 answers 40 of 40 questions right, SmolLM2-135M-Instruct, without adapter 20 of 40"
    )
    assert (test.status, test.done, test.total, len(rows)) == ("completed", 80, 80, 40)
    assert [side["answers"][0]["is_correct"] for side in rows[0]["sides"]] == [False, True]


def test_one_answer_is_greedy_and_as_long_as_in_training(tests, answerer):
    test, _ = evaluated(tests, rows=2)
    sampling = answerer.asked[0].sampling
    assert (sampling.temperature, sampling.max_tokens, test.sampling["seed"]) == (0.0, 77, 7)


def test_several_answers_are_sampled_as_in_training_with_the_same_seeds_for_both(tests, answerer):
    test, rows = evaluated(tests, rows=10, samples=8)
    assert [len(ask.chats) for ask in answerer.asked] == [32, 32, 32, 32, 16, 16]
    assert [ask.sampling.seed for ask in answerer.asked] == [7, 7, 39, 39, 71, 71]
    assert (answerer.asked[0].sampling.temperature, answerer.asked[0].sampling.top_k) == (0.9, 20)
    assert [len(side["answers"]) for side in rows[0]["sides"]] == [8, 8]
    assert (test.summary["sides"][0]["k"], test.summary["sides"][0]["pass_at_k"]) == (8, 0.5)


def test_values_that_are_given_go_first(tests, answerer):
    evaluated(tests, rows=2, samples=2, temperature=0.3, max_tokens=5, seed=1)
    sampling = answerer.asked[0].sampling
    assert (sampling.temperature, sampling.max_tokens, sampling.seed, sampling.top_k) == (0.3, 5, 1, 20)


def test_any_two_models_can_be_compared_in_the_run_s_form(tests, store, answerer):
    make_run(store, "r2")
    test, _ = evaluated(tests, models=[("some/base", True), ("outputs/r2", True)], rows=3)
    assert [model["label"] for model in test.models] == ["some/base", "r2"]
    assert answerer.asked[0].chats[0][0]["role"] == "system"


def test_while_it_runs_the_runs_of_both_models_are_in_use(tests, store, answerer):
    make_run(store, "r2")
    answerer.gate.clear()
    tests.evaluate("r1", [("outputs/r2", False), ("outputs/r2", True)], 3, 1, Wanted())
    assert all(is_in_use(answerer.in_use, session_id) for session_id in ("r1", "r2"))


def test_fewer_rows_than_wanted_are_noted(tests, inspection):
    inspection.rows = sums(6)
    test, _ = evaluated(tests, rows=40)
    assert test.total == 12
    assert test.summary["rows"] == 6
    assert "Only 6 rows are held out" in test.summary["notes"][0]


def test_rows_that_may_have_been_trained_on_are_told_before_the_verdict(tests, inspection):
    inspection.doubt = "The data set has changed since the run."
    test, _ = evaluated(tests, rows=12)
    assert test.summary["verdict"].startswith("The data set has changed since the run. Better: r1")
    card = tests.card(test.test_id, "card.html")
    assert '<p class="verdict none">The data set has changed' in card
    assert "12 rows of the changed data set" in card and "held-out rows" not in card


def test_the_cards_are_kept_with_the_run(tests, workspace):
    test, _ = evaluated(tests, rows=12)
    folder = workspace.session("r1").tests / test.test_id
    assert tests.card(test.test_id, "card.html") == (folder / "card.html").read_text(encoding="utf-8")
    assert "exact-match (weight 1)" in tests.card(test.test_id, "card.md").replace("\\", "")


def test_a_gpu_that_a_run_takes_is_waited_for_and_the_answers_that_are_left_are_asked(tests, answerer, until):
    def say(ask, chat):
        if answerer.devices.runs_on_gpus():
            raise DeviceTaken("The run r2 trains on the GPU.", "Wait for it.")
        if "36" in chat[-1]["content"] and not taken:
            taken.append(True)
            answerer.devices.hold("r2", "cuda:0")
            raise Displaced("The model was unloaded: the run r2 trains on cuda:0 now.", "Ask again.")
        return right_when_trained(ask, chat)

    taken = []
    answerer.say = say
    test_id = tests.evaluate("r1", None, 40, 1, Wanted()).test_id
    until(lambda: tests.get(test_id)[0].text == "waiting for the run r2, which trains on the GPU")
    assert tests.get(test_id)[0].eta_seconds is None
    asked = len(answerer.asked)
    answerer.devices.release("r2")
    tests.wait(test_id, 10)
    test, _ = tests.get(test_id)
    assert (test.status, test.done, test.summary["rows"]) == ("completed", 80, 40)
    assert [len(ask.chats) for ask in answerer.asked[asked:]] == [4, 8]


@pytest.mark.parametrize("device", ["cpu", "cuda:1"])
def test_a_model_that_is_gone_for_another_reason_ends_the_evaluation_with_what_it_has(tests, answerer, device):
    def say(ask, chat):
        if "36" in chat[-1]["content"]:
            raise Unavailable("The model was unloaded.", "Ask again.")
        return right_when_trained(ask, chat)

    answerer.say = say
    answerer.devices.hold("r2", device)
    test, rows = evaluated(tests)
    assert test.status == "failed" and "unloaded" in test.failure["message"]
    assert test.summary["rows"] == 32 and len(rows) == 32
    assert test.summary["verdict"].startswith("Failed after 32 of 40 rows. Better")


def test_the_models_are_looked_up_once_so_that_a_checkpoint_may_go_meanwhile(tests, workspace, answerer):
    checkpoint = workspace.session("r1").folder / "checkpoints" / "checkpoint-10"
    checkpoint.mkdir(parents=True)
    (checkpoint / ADAPTER_WEIGHTS).touch()

    def say(ask, chat):
        shutil.rmtree(checkpoint, ignore_errors=True)
        return right_when_trained(ask, chat)

    answerer.say = say
    path = "outputs/r1/checkpoints/checkpoint-10"
    test, _ = evaluated(tests, models=[(path, False), (path, True)])
    assert test.status == "completed"
    assert {ask.ref.place for ask in answerer.asked} == {checkpoint}


def test_cancelling_keeps_the_rows_that_both_have_answered(tests, answerer, until):
    answerer.say = lambda ask, chat: (
        (answerer.gate.clear() if "35" in chat[-1]["content"] and ask.use_adapter else None)
        or right_when_trained(ask, chat)
    )
    test = tests.evaluate("r1", None, 40, 1, Wanted())
    until(lambda: not answerer.gate.is_set())
    tests.cancel(test.test_id)
    tests.wait(test.test_id, 10)
    known, rows = tests.get(test.test_id)
    assert known.status == "cancelled"
    assert known.summary["verdict"].startswith("Cancelled after 36 of 40 rows.")
    assert len(rows) == 40 and rows[39]["sides"][1]["answers"] == []


REFUSALS = {
    "no such run": (lambda tests: evaluated(tests, session_id="none"), NotFound, "none"),
    "no such model": (lambda tests: evaluated(tests, models=[("outputs/x", True), ("b", True)]), NotFound, "x"),
    "the same model twice": (lambda tests: evaluated(tests, models=[("b", True), ("b", True)]), InvalidInput, "same"),
    "too much work": (lambda tests: evaluated(tests, rows=5000, samples=16), InvalidInput, "20,000 answers"),
    "copies of one answer": (
        lambda tests: evaluated(tests, samples=4, temperature=0.0),
        InvalidInput,
        "all 4 answers to a row are the same",
    ),
    "a temperature out of bounds": (lambda tests: evaluated(tests, temperature=9.0), InvalidInput, "temperature"),
}


@pytest.mark.parametrize(("ask", "kind", "message"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_can_not_be_evaluated_is_refused_before_anything_is_kept(tests, workspace, ask, kind, message):
    with pytest.raises(kind, match=message):
        ask(tests)
    assert not workspace.session("r1").tests.exists()


def test_a_run_that_holds_nothing_out_can_not_be_evaluated(tests, store):
    make_run(store, "all", dataset={"validation_fraction": 0})
    with pytest.raises(InvalidInput, match="validation_fraction is 0"):
        evaluated(tests, session_id="all")


def test_a_reward_that_can_not_be_had_is_told_before_anything_is_asked(tests, store, answerer):
    judge = {"url": "http://localhost:1/v1", "model": "m", "api_key_variable": "LORA_CRAFT_NO_SUCH_KEY"}
    make_run(store, "judged", reward={"type": "composite", "components": [{"judge": judge}]})
    test, rows = evaluated(tests, session_id="judged")
    assert test.status == "failed" and "LORA_CRAFT_NO_SUCH_KEY" in test.failure["message"]
    assert answerer.asked == [] and rows == []


def test_a_reward_that_fails_on_an_answer_is_counted_and_its_row_left_out(tests, store):
    source = "def reward(response, reference, example):\n    return 1 / (1 if '0' in response else 0)\n"
    custom = {"kind": "python", "source": source}
    make_run(store, "own", reward={"type": "custom", "custom_name": "mine", "custom": custom})
    test, rows = evaluated(tests, session_id="own", rows=10)
    assert test.summary["sides"][1]["unscored"] == 9
    assert rows[1]["sides"][1]["answers"][0]["scores"]["mine"]["kind"] == "failed"
    assert test.summary["compared"] < 10
