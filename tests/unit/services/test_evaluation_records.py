"""Batches and evaluations with a made-up model: order, progress, scores, cancelling, failing, recovering."""

import io
import itertools
import json
import re

import pytest

from core.errors import Conflict, DeviceTaken, InvalidInput, NotFound, OutOfMemory, Unavailable, WorkerFailed
from core.evaluations.prompt_files import Prompts
from core.sessions.store import SessionStore
from services.evaluations.service import EvaluationService, Wanted
from tests.support.answerer import Answerer, Inspection, is_in_use, make_run, sums, tools_of

RUN = ("outputs/r1", True)


class BatchWriter(Answerer):
    """Loads for 300 s, then writes all chats together: the last within 10 s, the others earlier, told one by one."""

    def __init__(self, workspace, clock):
        super().__init__(workspace, lambda ask, chat: " ".join("x" * 10))
        self._clock = clock

    def answer(self, ask, on_answer=None):
        self._clock[0] += 300 + 10
        for place, chat in enumerate(ask.chats):
            self._clock[0] += 0.001
            on_answer(place, self._answer(ask, chat) | {"seconds": 10.0 if place == 5 else 4.0})


def right_when_trained(ask, chat):
    """The adapter has learnt sums; without it every answer is 0."""
    number = int(re.search(r"\d+", chat[-1]["content"])[0])
    return f"<SOLUTION>{number + 1 if ask.use_adapter else 0}</SOLUTION>"


@pytest.fixture
def store(workspace):
    store = SessionStore(workspace)
    make_run(store)
    return store


@pytest.fixture
def answerer(workspace):
    return Answerer(workspace, right_when_trained)


@pytest.fixture
def inspection(workspace):
    return Inspection(workspace, sums(40))


@pytest.fixture
def told():
    """Every test that was published, in order."""
    return []


@pytest.fixture
def tests(workspace, store, answerer, inspection, told):
    """The service; at its end nothing runs any more."""
    ticks = itertools.count(1000.0)
    publish = lambda topic, test: told.append((topic, test))  # noqa: E731
    tools = tools_of(store, answerer, inspection, publish=publish, clock=lambda: next(ticks))
    service = EvaluationService(workspace, tools)
    yield service
    answerer.gate.set()
    for test in service.records().entries:
        service.wait(test.test_id, 10)


def prompts(*texts, references=()):
    pairs = itertools.zip_longest(texts, references)
    held = [{"prompt": text, "reference": reference, "extras": {}} for text, reference in pairs]
    return Prompts(held, 0, [])


def questions(count):
    return prompts(*(row["instruction"] for row in sums(count)), references=[row["reference"] for row in sums(count)])


def over(tests, test):
    """A test and its rows once it is over."""
    tests.wait(test.test_id, 10)
    known, rows = tests.get(test.test_id)
    return known, rows


def folder_of(workspace, test):
    return workspace.session("r1").tests / test.test_id


def test_a_batch_is_answered_in_its_order_whatever_the_order_of_asking(tests, answerer):
    test, rows = over(tests, tests.batch("p.txt", prompts("1", "333 is long", "22"), RUN, Wanted()))
    assert [row["prompt"] for row in rows] == ["1", "333 is long", "22"]
    assert [row["solution"] for row in rows] == ["2", "334", "23"]
    assert [chat[-1]["content"] for chat in answerer.asked[0].chats] == ["333 is long", "22", "1"]
    assert (test.status, test.done, test.total, test.name) == ("completed", 3, 3, "p.txt")


def test_a_batch_is_scored_by_the_run_s_reward_where_an_answer_is_expected(tests):
    test, rows = over(tests, tests.batch("p", prompts("1", "2", "3", references=["2", "9"]), RUN, Wanted()))
    assert [row["reward"] for row in rows] == [1.0, 0.0, None]
    assert [row["is_correct"] for row in rows] == [True, False, None]
    assert rows[0]["scores"]["exact-match"]["reason"]
    summary = test.summary
    assert (summary["mean_reward"], summary["most"], summary["correct"], summary["scored"]) == (0.5, 1.0, 1, 2)


def test_a_model_of_no_run_is_asked_plainly_and_not_scored(tests, workspace, answerer):
    answerer.say = lambda ask, chat: "words"
    test, rows = over(tests, tests.batch("p", prompts("1", references=["2"]), ("some/base", True), Wanted()))
    assert answerer.asked[0].chats == [[{"role": "user", "content": "1"}]]
    assert (test.session_id, rows[0]["reward"], rows[0]["solution"]) == (None, None, None)
    assert (workspace.loose_tests / test.test_id / "test.json").is_file()


def test_the_form_of_training_can_be_left_out_and_the_system_prompt_replaced(tests, answerer):
    over(tests, tests.batch("p", prompts("1"), RUN, Wanted()))
    over(tests, tests.batch("p", prompts("1"), RUN, Wanted(system="Be brief.", use_template=False)))
    trained, plain = (ask.chats[0] for ask in answerer.asked)
    assert trained[0]["role"] == "system" and "SOLUTION" in trained[0]["content"]
    assert plain[0] == {"role": "system", "content": "Be brief."}


def test_a_large_batch_comes_in_pieces_so_that_a_chat_can_come_between(tests, answerer):
    over(tests, tests.batch("p", questions(70), RUN, Wanted({"seed": 5})))
    assert [len(ask.chats) for ask in answerer.asked] == [32, 32, 6]
    assert [ask.sampling.seed for ask in answerer.asked] == [5, 37, 69]


def test_every_answer_is_on_disk_before_the_next_one_is_asked_for(tests, workspace, answerer):
    lines = []

    def say(ask, chat):
        [file] = workspace.session("r1").tests.glob("*/results.jsonl") if lines else [None]
        lines.append(len(file.read_text(encoding="utf-8").splitlines()) if file else 0)
        return "words"

    answerer.say = say
    over(tests, tests.batch("p", prompts("1", "2", "3"), RUN, Wanted()))
    assert lines == [0, 1, 2]


def test_progress_is_published_with_the_time_that_is_left(tests, told):
    test, _ = over(tests, tests.batch("p", questions(70), RUN, Wanted()))
    assert {topic for topic, _ in told} == {"batch"}
    states = [state for _, state in told if state["test_id"] == test.test_id]
    done = [state["done"] for state in states]
    assert done == sorted(done) and done[-1] == 70
    assert states[0]["status"] == "waiting"
    assert any(state["eta_seconds"] for state in states if state["done"] > 32)
    assert states[-1]["status"] == "completed" and states[-1]["eta_seconds"] is None
    assert "results" not in states[-1]


def test_a_worker_that_dies_in_mid_batch_costs_no_answer_and_says_why(tests, answerer):
    said = itertools.count()

    def say(ask, chat):
        if next(said) == 40:
            raise WorkerFailed("The model's process ended: killed.", "Look at the log.")
        return right_when_trained(ask, chat)

    answerer.say = say
    test, rows = over(tests, tests.batch("p", questions(70), RUN, Wanted()))
    assert (test.status, len(rows), test.summary["answered"]) == ("failed", 40, 40)
    assert test.failure["code"] == "worker_failed" and "killed" in test.failure["message"]
    again, _ = over(tests, tests.batch("p", questions(2), RUN, Wanted()))
    assert again.status == "completed"


def test_a_bug_fails_its_test_and_not_the_ones_behind_it(tests, answerer):
    answerer.say = lambda ask, chat: {}[chat[-1]["content"]]
    first = tests.batch("p", prompts("1"), RUN, Wanted())
    second = tests.batch("p", prompts("1"), RUN, Wanted())
    for test in (first, second):
        known, _ = over(tests, test)
        assert known.status == "failed" and "KeyError" in known.failure["message"]


def test_a_prompt_that_the_model_refuses_is_told_and_the_others_are_answered(tests, answerer):
    def say(ask, chat):
        if any("long" in one[-1]["content"] for one in ask.chats):
            raise InvalidInput("A prompt has 9000 tokens.", "Shorten it.", {"prompt": "has 9000 tokens"})
        return "words"

    answerer.say = say
    test, rows = over(tests, tests.batch("p", prompts(*"abcd", "long", *"efg", references=["x"] * 8), RUN, Wanted()))
    assert test.status == "completed"
    refused = [row for row in rows if row["finish_reason"] == "refused"]
    assert [(row["index"], row["problem"]) for row in refused] == [(4, "A prompt has 9000 tokens.")]
    assert (test.summary["answered"], test.summary["refused"]) == (7, 1)


def test_a_batch_waits_for_a_gpu_that_is_taken_from_the_start_and_can_be_cancelled_there(tests, answerer, until):
    def say(ask, chat):
        raise DeviceTaken("The run r2 trains on the GPU.", "Wait for it.")

    answerer.say = say
    answerer.devices.hold("r2", "cuda:0")
    first, second = (tests.batch("p", prompts("1"), RUN, Wanted()) for _ in range(2))
    until(lambda: tests.get(first.test_id)[0].text.startswith("waiting for the run r2"))
    tests.cancel(first.test_id)
    assert over(tests, first)[0].status == "cancelled"
    answerer.say = right_when_trained
    answerer.devices.release("r2")
    assert over(tests, second)[0].status == "completed"


def test_what_is_too_much_for_the_memory_is_asked_in_smaller_pieces(tests, answerer):
    def say(ask, chat):
        if len(ask.chats) > 9:
            raise OutOfMemory("Out of memory.", "Ask for less.")
        return right_when_trained(ask, chat)

    answerer.say = say
    test, rows = over(tests, tests.batch("p", questions(70), RUN, Wanted({"seed": 5})))
    assert (test.status, len(rows)) == ("completed", 70)
    assert [len(ask.chats) for ask in answerer.asked] == [32, 16, *[8] * 8, 6]
    answered = [ask.sampling.seed for ask in answerer.asked if len(ask.chats) <= 8]
    assert answered == [5, 13, 21, 29, 37, 45, 53, 61, 69]


def test_one_question_that_is_too_much_for_the_memory_fails_the_test(tests, answerer):
    def say(ask, chat):
        raise OutOfMemory("Out of memory.", "Ask for shorter answers.")

    answerer.say = say
    test, _ = over(tests, tests.batch("p", questions(4), RUN, Wanted()))
    assert (test.status, test.failure["code"]) == ("failed", "out_of_memory")


def test_what_a_cancel_itself_ends_is_cancelled_and_not_failed(tests, answerer, until):
    def say(ask, chat):
        until(lambda: ask.request_id in answerer.stopped)
        raise Unavailable("The model was unloaded: it did not stop in time.", "Ask again.")

    answerer.say = say
    test = tests.batch("p", prompts("1"), RUN, Wanted())
    until(lambda: answerer.asked)
    tests.cancel(test.test_id)
    known, _ = over(tests, test)
    assert (known.status, known.failure) == ("cancelled", None)


def test_cancelling_keeps_what_was_answered(tests, answerer, told, until):
    answerer.say = lambda ask, chat: (answerer.gate.clear() if len(told) > 20 else None) or "words"
    test = tests.batch("p", questions(70), RUN, Wanted())
    until(lambda: not answerer.gate.is_set())
    assert tests.cancel(test.test_id).test_id == test.test_id
    known, rows = over(tests, test)
    assert known.status == "cancelled"
    assert 0 < len(rows) < 70 and known.summary["answered"] == len(rows)
    with pytest.raises(Conflict, match="is cancelled"):
        tests.cancel(test.test_id)


def test_a_test_that_waits_is_cancelled_at_once(tests, answerer, until):
    answerer.gate.clear()
    tests.batch("first", questions(2), RUN, Wanted())
    until(lambda: answerer.asked)
    waiting = tests.batch("second", questions(2), RUN, Wanted())
    assert waiting.text == "waiting for 1 before it"
    assert tests.cancel(waiting.test_id).status == "cancelled"
    assert [test.status for test in tests.records().entries] == ["cancelled", "running"]


def test_tests_run_one_after_another_in_the_order_they_came(tests, answerer):
    ids = [tests.batch(str(i), questions(40), RUN, Wanted()).test_id for i in range(3)]
    for test_id in ids:
        tests.wait(test_id, 10)
    assert [ask.request_id for ask in answerer.asked] == [one for one in ids for _ in range(2)]


def test_while_a_test_runs_its_run_is_in_use_and_its_files_stay(tests, answerer):
    answerer.gate.clear()
    test = tests.batch("p", questions(2), RUN, Wanted())
    assert is_in_use(answerer.in_use, "r1") and not is_in_use(answerer.in_use, "r2")
    with pytest.raises(Conflict, match="under way"):
        tests.delete(test.test_id)
    answerer.gate.set()
    over(tests, test)
    assert not is_in_use(answerer.in_use, "r1")


def test_a_deleted_test_is_gone(tests, workspace):
    test = tests.batch("p", questions(2), RUN, Wanted())
    over(tests, test)
    tests.delete(test.test_id)
    assert tests.records().entries == [] and not folder_of(workspace, test).exists()
    with pytest.raises(NotFound):
        tests.get(test.test_id)


def test_tests_are_listed_newest_first_by_run(tests, store):
    make_run(store, "r2")
    for path in ("outputs/r1", "outputs/r2", "some/base"):
        over(tests, tests.batch(path, prompts("1"), (path, True), Wanted()))
    assert [test.name for test in tests.records().entries] == ["some/base", "outputs/r2", "outputs/r1"]
    assert [test.name for test in tests.records("r2").entries] == ["outputs/r2"]
    with pytest.raises(NotFound):
        tests.records("r3")


def test_after_a_kill_a_test_is_interrupted_and_what_it_has_is_read(
    tests, workspace, store, answerer, inspection, until
):
    test = tests.batch("p", questions(3), RUN, Wanted())
    over(tests, test)
    folder = folder_of(workspace, test)
    stored = json.loads((folder / "test.json").read_text(encoding="utf-8"))
    killed = stored | {"status": "running", "summary": None, "ended_at": None}
    (folder / "test.json").write_text(json.dumps(killed), encoding="utf-8")
    whole = (folder / "results.jsonl").read_text(encoding="utf-8")
    (folder / "results.jsonl").write_text(whole[:-30], encoding="utf-8")
    told = []
    tools = tools_of(store, answerer, inspection, publish=lambda topic, test: told.append(test))
    again = EvaluationService(workspace, tools)
    again.recover()
    assert again.records().entries[0].status == "interrupted"
    until(lambda: told)
    assert (told[0]["test_id"], told[0]["summary"]["answered"]) == (test.test_id, 2)
    known, rows = again.get(test.test_id)
    assert (known.status, len(rows), known.summary["answered"]) == ("interrupted", 2, 2)


def test_a_test_that_somebody_has_broken_is_left_out_of_the_list(tests, workspace):
    test = tests.batch("p", questions(2), RUN, Wanted())
    over(tests, test)
    (folder_of(workspace, test) / "test.json").write_text("{", encoding="utf-8")
    tests.recover()
    assert tests.records().entries == []


def test_a_file_of_prompts_is_read_under_its_name_and_not_kept(tests, workspace):
    found = tests.read_prompts("C:\\data\\my prompts.txt", io.BytesIO(b"one\ntwo\n"), None, "some/base")
    assert [prompt["prompt"] for prompt in found.prompts] == ["one", "two"]
    with pytest.raises(InvalidInput, match=r"my-prompts\.csv has no column"):
        tests.read_prompts("my prompts.csv", io.BytesIO(b"a\n1\n"), None, "some/base")
    assert list(workspace.prompt_files.iterdir()) == []


def test_columns_that_the_run_s_reward_reads_come_from_the_file(tests, store):
    make_run(store, "r2", reward={"preset_name": "question-answering", "fields": {"answers": "data.accepted"}})
    lines = [{"prompt": "1", "data": {"accepted": ["two", "2"]}}, {"prompt": "2", "data": {"accepted": ["9"]}}]
    file = io.BytesIO("\n".join(json.dumps(line) for line in lines).encode())
    read = tests.read_prompts("p.jsonl", file, None, "outputs/r2")
    assert [prompt["extras"] for prompt in read.prompts] == [{"answers": ["two", "2"]}, {"answers": ["9"]}]
    _, rows = over(tests, tests.batch("p", read, ("outputs/r2", True), Wanted()))
    assert [row["reward"] for row in rows] == [1.0, 0.0]


def test_what_a_file_of_prompts_holds_beside_them_is_noted_with_the_test(tests):
    read = tests.read_prompts("p.csv", io.BytesIO(b"id,prompt\n7,1\n"), None, "outputs/r1")
    test, _ = over(tests, tests.batch("p", read, RUN, Wanted()))
    assert test.notes == ["Columns that are not used: id."]


def test_tokens_per_second_count_the_time_in_which_the_model_wrote(workspace, store):
    clock = [1000.0]
    answerer = BatchWriter(workspace, clock)
    inspection = Inspection(workspace, [])
    service = EvaluationService(workspace, tools_of(store, answerer, inspection, clock=lambda: clock[0]))
    test, _ = over(service, service.batch("p", questions(64), RUN, Wanted()))
    assert test.answering_seconds == pytest.approx(20.0, abs=0.1)
    assert test.summary["tokens_per_second"] == pytest.approx(64 * 10 / 20, abs=0.1)
    assert test.summary["seconds"] > 600


def test_a_page_of_results_has_its_place_among_all(tests):
    test = tests.batch("p", questions(70), RUN, Wanted())
    over(tests, test)
    known, rows, total = tests.page(test.test_id, 68, 10)
    assert (known.status, [row["index"] for row in rows], total) == ("completed", [68, 69], 70)
    with pytest.raises(NotFound):
        tests.page("none", 0, 1)


def test_the_preview_of_long_prompts_is_short_and_the_model_gets_all(tests, answerer):
    long = {"prompt": "1" + " x" * 500_000, "reference": "y" * 1000, "extras": {"entry": "z" * 1000}}
    test = tests.batch("p", Prompts([long], 0, []), RUN, Wanted())
    assert len(json.dumps(test.preview)) < 700
    assert test.preview[0]["prompt"].startswith("1 x x") and set(test.preview[0]) == {"prompt", "reference"}
    over(tests, test)
    assert len(answerer.asked[0].chats[0][-1]["content"]) > 1_000_000


def test_an_export_has_no_adapter_to_switch_off(tests, workspace):
    merged = workspace.export("r1") / "merged"
    merged.mkdir(parents=True)
    with pytest.raises(InvalidInput, match="no adapter to switch off"):
        tests.batch("p", prompts("1"), ("exports/r1/merged", False), Wanted())
