"""A test's folder, its end, and what is taken away from it."""

import csv
import io
import json
import time

import pytest

from core.errors import Broken
from core.evaluations.export import results_csv, results_json
from core.evaluations.folder import ResultFolder, RowPlaces
from core.evaluations.rows import batch_summary, chunked, seed_of_piece
from core.evaluations.settle import settle
from tests.support.evaluated import answer, batch, batch_result, evaluation, judged, row


@pytest.fixture
def folder(tmp_path):
    made = ResultFolder(tmp_path / "batch-1")
    made.save(batch())
    return made


def test_what_is_saved_is_loaded(folder):
    assert folder.load() == batch()


def test_a_test_that_was_edited_into_nonsense_is_refused(folder):
    (folder.path / "test.json").write_text('{"test_id": "x"}', encoding="utf-8")
    with pytest.raises(Broken, match=r"test\.json: \w+: field required"):
        folder.load()


def test_the_last_line_of_a_row_counts_and_rows_come_in_order(folder):
    folder.append([batch_result(2, "c"), batch_result(0, "a")])
    folder.append([batch_result(0, "a", reward=1.0)])
    assert [(one["index"], one["reward"]) for one in folder.rows()] == [(0, 1.0), (2, None)]


def test_a_line_that_a_kill_has_cut_is_passed_over(folder):
    folder.append([batch_result(0, "a")])
    with folder.results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(batch_result(1, "ä"))[:40])
    assert [one["index"] for one in folder.rows()] == [0]


def test_a_page_has_the_rows_in_their_order_as_the_file_grows_and_when_it_is_replaced(folder):
    places = RowPlaces(folder.results)
    assert places.page(0, 5) == ([], 0)
    folder.append([batch_result(index, "first") for index in (3, 1, 0)])
    rows, total = places.page(1, 5)
    assert ([one["index"] for one in rows], total) == ([1, 3], 3)
    folder.append([batch_result(1, "again"), batch_result(2, "new")])
    assert [one["response"] for one in places.page(0, 4)[0]] == ["first", "again", "new", "first"]
    folder.tidy(folder.rows())
    assert places.page(0, 9) == (folder.rows(), 4)


def test_a_page_reads_only_what_is_new_and_what_it_shows(folder):
    folder.append([batch_result(index, "x" * 1000) for index in range(2000)])
    places = RowPlaces(folder.results)
    assert places.page(0, 10)[1] == 2000
    started = time.process_time()
    for _ in range(100):
        places.page(1990, 10)
    assert time.process_time() - started < 0.5


def test_a_page_leaves_out_a_line_that_is_being_written(folder):
    folder.append([batch_result(0, "a")])
    whole = json.dumps(batch_result(1, "b")) + "\n"
    places = RowPlaces(folder.results)
    for part, total in ((whole[:30], 1), (whole[30:], 2)):
        with folder.results.open("a", encoding="utf-8") as file:
            file.write(part)
        assert places.page(0, 9)[1] == total


def test_at_its_end_a_batch_has_each_row_once_in_order_and_its_figures(folder):
    folder.append([batch_result(1, "b"), batch_result(0, "a")])
    scores = {"reward": 0.5, "scores": {"x": {"value": 0.5, "reason": "r", "kind": "scored"}}, "is_correct": False}
    folder.append([batch_result(1, "b", **scores)])
    settle(batch(), folder)
    lines = [json.loads(line) for line in folder.results.read_text(encoding="utf-8").splitlines()]
    assert [line["index"] for line in lines] == [0, 1]
    test = folder.load()
    assert (test.done, test.text, test.eta_seconds) == (2, "", None)
    summary = test.summary
    assert (summary["answered"], summary["tokens"], summary["seconds"], summary["tokens_per_second"]) == (2, 10, 10, 2)
    assert (summary["mean_reward"], summary["most"], summary["scored"], summary["correct"]) == (0.5, 1.0, 1, 0)


def test_a_batch_without_expectations_has_no_mean_reward():
    summary = batch_summary([batch_result(0, "a")], 1.0, None, None)
    assert (summary["mean_reward"], summary["most"], summary["correct"], summary["scored"]) == (None, None, None, 0)


def test_refused_prompts_and_failed_rewards_are_counted_apart():
    failed = {"scores": {"x": {"value": None, "reason": "broke"}}}
    rows = [batch_result(0, "a", **failed), batch_result(1, "", finish_reason="refused", problem="too long")]
    summary = batch_summary(rows, 1.0, 1.0, 1.0)
    assert (summary["answered"], summary["refused"], summary["unscored"]) == (1, 1, 1)


def test_an_evaluation_that_was_cut_short_says_so_and_counts_whole_rows_only(tmp_path):
    test, folder = evaluation(total=60, status="cancelled"), ResultFolder(tmp_path / "evaluation-1")
    folder.save(test)
    folder.append([*judged("0" * 8, "1" * 8), row(8, [answer(1.0, True)], [])])
    settle(test, folder)
    assert test.summary["verdict"].startswith("Cancelled after 8 of 30 rows. Better: trained answers 8 of 8")
    assert test.done == 17
    assert {file.name for file in folder.path.iterdir()} >= {"card.md", "card.html"}


def test_an_evaluation_without_a_whole_row_has_no_summary(tmp_path):
    test, folder = evaluation(status="failed"), ResultFolder(tmp_path / "evaluation-1")
    folder.save(test)
    settle(test, folder)
    assert folder.load().summary is None
    assert not (folder.path / "card.md").exists()


def test_the_largest_come_first_and_alike_ones_together():
    assert chunked([1, 9, 2, 8, 3], 2) == [[1, 3], [4, 2], [0]]


def test_every_piece_has_a_seed_of_its_own():
    assert seed_of_piece(5, 0) == 5
    assert seed_of_piece(2**31 - 1, 1) == 0


def records(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_of_a_batch_has_texts_numbers_and_reasons():
    scores = {"match": {"value": 1.0, "reason": "equal"}}
    rows = [batch_result(0, 'two\nlines, "quoted"', reward=1.0, is_correct=True, scores=scores), batch_result(1, "b")]
    first, second = records(results_csv(batch(), rows))
    assert first["response"] == 'two\nlines, "quoted"'
    assert (first["row"], first["reward"], first["is_correct"], first["tokens"]) == ("1", "1.0", "yes", "5")
    assert (first["score match"], first["reason match"]) == ("1.0", "equal")
    assert (second["score match"], second["reward"]) == ("", "")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-5", "-5"),
        ("+3.5", "+3.5"),
        ("plain = text", "plain = text"),
    ],
)
def test_what_a_spreadsheet_would_run_is_made_text_and_numbers_stay(text, cell):
    assert records(results_csv(batch(), [batch_result(0, text)]))[0]["response"] == cell


def test_the_csv_of_an_evaluation_has_a_line_per_answer():
    rows = [row(0, [answer(0.0, False), answer(1.0, True)], [answer(1.0, True)] * 2)]
    lines = records(results_csv(evaluation(samples=2), rows))
    assert [(line["model"], line["sample"], line["is_correct"]) for line in lines] == [
        ("base", "1", "no"),
        ("base", "2", "yes"),
        ("trained", "1", "yes"),
        ("trained", "2", "yes"),
    ]


def test_the_json_holds_the_test_and_all_rows():
    value = json.loads(results_json(batch(), [batch_result(0, "ä")]))
    assert value["test"]["test_id"] == "batch-1"
    assert value["results"][0]["response"] == "ä"
