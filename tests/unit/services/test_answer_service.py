"""One question to several models: who fails does not take the others' answers along."""

import pytest

from core.errors import InvalidInput, NotFound, WorkerFailed
from core.generation.model_path import model_ref
from core.generation.sampling import Sampling
from core.sessions.store import SessionStore
from services.answers.service import AnswerService, Inquiry
from tests.support.answerer import Answerer, make_run

MODELS = [("outputs/r1", True), ("outputs/r1", False), ("other", True)]
QUESTION = Inquiry([{"role": "user", "content": "1 + 1?"}], Sampling(), request_id="q")


class Generation(Answerer):
    """An answerer that hands out what a path names."""

    def ref(self, model_path):
        store = SessionStore(self._workspace)
        return model_ref(model_path, self._workspace, lambda run: store.config(run).model.name)


@pytest.fixture
def generation(workspace):
    make_run(SessionStore(workspace))
    return Generation(workspace, lambda ask, chat: f"by {ask.model_path}")


@pytest.fixture
def answers(workspace, generation):
    return AnswerService(workspace, SessionStore(workspace), generation, rewards=None)


def failing(*columns):
    def say(ask, chat):
        if ask.column in columns:
            raise WorkerFailed(f"Column {ask.column} broke.", "Ask again.")
        return "two"

    return say


def test_the_others_answers_are_kept_where_a_model_of_a_comparison_fails(answers, generation):
    generation.say = failing(1)
    compared = answers.compare(MODELS, QUESTION)
    assert [answer["response"] for answer in compared] == ["two", "", "two"]
    assert [answer["finish_reason"] for answer in compared] == ["stop", "refused", "stop"]
    assert compared[1]["problem"] == "Column 1 broke. Ask again." and compared[1]["label"].endswith("without adapter")
    assert compared[1].keys() - {"problem"} == compared[0].keys()
    assert len({answer["seed"] for answer in compared}) == 1


def test_a_comparison_in_which_all_fail_is_refused_as_the_first_was(answers, generation):
    generation.say = failing(0, 1, 2)
    with pytest.raises(WorkerFailed, match="Column 0"):
        answers.compare(MODELS, QUESTION)


def test_a_misnamed_model_is_told_before_the_first_is_asked(answers, generation):
    with pytest.raises(NotFound):
        answers.compare([*MODELS, ("outputs/none", True)], QUESTION)
    assert generation.asked == []


def test_an_exported_model_without_its_adapter_is_refused_before_the_first_is_asked(answers, generation, workspace):
    (workspace.export("r1") / "merged").mkdir(parents=True)
    with pytest.raises(InvalidInput) as refused:
        answers.compare([*MODELS, ("exports/r1/merged", False)], QUESTION)
    assert "use_adapter" in refused.value.fields and generation.asked == []


def test_the_model_of_a_question_is_looked_up_once(answers, generation):
    answers.test("outputs/r1", True, QUESTION)
    assert generation.asked[0].ref == generation.ref("outputs/r1")
