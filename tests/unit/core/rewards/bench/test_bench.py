"""The Reward Bench, on rewards with one known fault each."""

import itertools
import json
import math
from dataclasses import asdict

import pytest

from core.data.mapping import Row
from core.errors import InvalidInput
from core.prompts.template import Markers, PromptTemplate
from core.rewards.base import Example, NotRun, Score
from core.rewards.bench.bench import bench
from core.rewards.bench.report import RULES, SEVERITIES
from core.rewards.library.answers import exact_match
from core.rewards.scoring import EachAlone, Outcome, Together

TEMPLATE = PromptTemplate("marked", "Think, then answer.", Markers("<think>", "</think>", "<answer>", "</answer>"))
ABSENT = Outcome("not_applicable", problem="no answer to look at")
ROWS = [Row(f"What is {a} times {b}?", str(a * b)) for a, b in [(2, 3), (7, 8), (12, 12), (9, 5)]]


def judged(function, truth=True, rows=ROWS):
    return bench(EachAlone("reward", function, truth), rows, TEMPLATE)


def codes(report):
    return [finding.code for finding in report.findings]


def pays(value_of):
    """A reward from a function of (response, reference, exact match of the two)."""
    return lambda response, reference, example: Score(
        value_of(response, reference, exact_match(response, reference, example).value), "said so"
    )


def raises(error, when):
    def reward(response, reference, example):
        if when(response):
            raise error
        return exact_match(response, reference, example)

    return reward


def nothing_missing(response):
    return all(response.count(marker) == 1 for marker in ("<think>", "</think>", "<answer>", "</answer>"))


def visible_form(response, reference, example):
    text = example.markers.between_solution(response) or ""
    return Score(float(nothing_missing(response) and any(map(str.isalnum, text))), "form")


def test_a_sound_reward_gets_an_a_without_findings():
    report = judged(exact_match)
    assert (report.grade, report.findings) == ("A", [])
    assert (report.rows, report.compared, report.violations) == (4, 4, [])


FAULTS = {
    "constant": ("F", pays(lambda response, reference, right: 0.5)),
    "nothing_scored": ("F", raises(ValueError("no parser"), lambda response: True)),
    "pays_nonsense": ("F", pays(lambda response, reference, right: 1.0 if not response.strip() else right)),
    "right_never_wins": ("F", pays(lambda response, reference, right: 1 - right)),
    "wrong_wins": ("D", pays(lambda response, reference, right: max(right, float(reference in ("6", "7"))))),
    "right_refused": ("D", pays(lambda response, reference, right: 0.9 * right)),
    "some_right_refused": ("C", pays(lambda response, reference, right: right * (0.9 if reference == "6" else 1.0))),
    "judges_few": ("D", raises(ValueError("no"), lambda response: "<answer>" in response)),
    "fails": ("C", raises(ValueError("empty"), lambda response: not response)),
    "not_run": ("B", raises(NotRun("no tests"), lambda response: not response)),
    "pays_some_nonsense": (
        "C",
        pays(lambda response, reference, right: max(right, float(not response and reference == "6"))),
    ),
    "pays_hedges": ("C", pays(lambda response, reference, right: float(f"{reference} or" in response or right))),
    "pays_wrong_well": ("C", pays(lambda response, reference, right: max(right, 0.8 * nothing_missing(response)))),
}


VERDICTS = [Row(f"Is {n} even?", "no" if n % 2 else "yes") for n in range(6)]


def holds_the_answer(response, reference, example):
    text = example.markers.between_solution(response) or ""
    return Score(float(reference in text.replace(",", " ").split() and len(text) < 40), "it is in there")


@pytest.mark.parametrize("truth", [True, False], ids=["a judge of truth", "any other reward, such as a custom one"])
def test_a_reward_that_falls_for_all_answers_at_once_is_told_so(truth):
    report = judged(holds_the_answer, truth, VERDICTS)
    finding = next(finding for finding in report.findings if finding.code == "pays_hedges")
    assert finding.what == "Several answers at once earn what the right one does."
    assert "several answers at once: 6 of 6 rows" in finding.evidence
    assert "several answers at once, listed: 6 of 6 rows" in finding.evidence
    assert report.grade >= "C"


@pytest.mark.parametrize("truth", [True, False])
def test_one_that_does_not_fall_for_them_is_not(truth):
    assert "pays_hedges" not in codes(judged(exact_match, truth, VERDICTS))


def test_a_reward_of_form_may_pay_them_since_it_pays_wrong_answers_too():
    assert "pays_hedges" not in codes(judged(visible_form, False, VERDICTS))


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_and_bounds_the_grade(code):
    grade, reward = FAULTS[code]
    report = judged(reward)
    assert code in codes(report)
    assert report.grade >= grade == RULES[code].grade


def ladder(response, reference, example):
    """-2 for nothing, -1 for wrong, 3 for right."""
    given = example.markers.between_solution(response)
    if given is None or not any(map(str.isalnum, given)):
        return Score(-2.0, "no answer")
    return Score(3.0, "right") if given == reference else Score(-1.0, "wrong")


class Ladder(EachAlone):
    """A reward whose scores go beyond 0 and 1, as those of users do."""

    def __init__(self, bounds):
        super().__init__("ladder", ladder, judges_truth=True)
        self.range = bounds

    def _outcome(self, *row):
        return Outcome("scored", ladder(*row))


@pytest.mark.parametrize("bounds", [(-2.0, 3.0), None])
def test_a_ladder_from_below_0_is_graded_by_its_own_full_marks(bounds):
    report = bench(Ladder(bounds), ROWS, TEMPLATE)
    assert (report.grade, report.findings) == ("A", [])
    assert (report.declared, report.seen, report.most) == (bounds, (-2.0, 3.0), 3.0)
    assert (report.right.full, report.wrong.mean, report.wrong.paid) == (4, -1.0, 0)


def test_a_score_outside_the_declared_range_is_a_failure_in_the_bench():
    report = bench(Ladder((-2.0, 2.0)), ROWS, TEMPLATE)
    assert {"fails", "right_refused"} & set(codes(report))
    assert any("returned 3, outside its range of -2 to 2" in problem for problem in report.failed)


def test_a_penalty_that_only_takes_away_is_not_said_to_pay_nonsense():
    def penalty(response, reference, example):
        return Score(-1.0 if len(response) > 200 else 0.0, "length")

    scorer = EachAlone("penalty", penalty, judges_truth=False)
    scorer.range = (-1.0, 0.0)
    report = bench(scorer, ROWS, TEMPLATE)
    assert not {"pays_nonsense", "pays_some_nonsense"} & set(codes(report))


def test_completions_to_which_a_reward_does_not_apply_are_no_fault():
    def only_answers(responses):
        return [Outcome("scored", Score(float("9" in r), "")) if "<answer>" in r else ABSENT for r in responses]

    report = bench(Whole(only_answers), ROWS, TEMPLATE)
    assert report.not_applicable > 0
    assert report.scored + report.not_applicable == report.completions
    assert not {"fails", "not_run", "judges_few"} & set(codes(report))


def test_parts_are_summed_with_weights_below_0_and_bounds_that_follow():
    whole = Together(
        "together", [EachAlone("right", exact_match, True), Ladder((-2.0, 3.0))], {"right": 3.0, "ladder": -1.0}
    )
    assert whole.range == (-0.75, 1.25)
    (outcome,) = whole.score_all(["<answer>7</answer>"], ["7"], [Example("", TEMPLATE.markers)])
    assert outcome.score.value == 0.0


def test_a_constant_reward_is_told_what_it_said_of_the_right_answer():
    assert codes(judged(FAULTS["constant"][1])) == ["constant"]
    assert "right answer it says: said so" in judged(FAULTS["constant"][1]).findings[0].evidence


def test_a_score_that_is_not_finite_is_a_failure_with_its_message():
    report = judged(pays(lambda response, reference, right: math.nan if not response else right))
    assert codes(report) == ["fails"]
    assert "nan" in report.findings[0].evidence


def test_the_message_of_an_exception_is_told():
    report = judged(raises(ValueError("the number is missing"), lambda response: not response))
    assert report.failed == {"ValueError: the number is missing": 4}


class Whole:
    """A scorer that sees batches."""

    name, judges_truth, range = "whole", True, (0.0, 1.0)

    def __init__(self, score_all):
        self._score_all = score_all

    def score_all(self, responses, references, examples):
        return self._score_all(responses)


def scored(values):
    return [Outcome("scored", Score(value, "")) for value in values]


def test_a_scorer_that_raises_has_failed_on_everything():
    def broken(responses):
        raise ConnectionError("refused")

    report = bench(Whole(broken), ROWS, TEMPLATE)
    assert report.grade == "F"
    assert list(report.failed) == ["ConnectionError: refused"]


def test_a_scorer_that_miscounts_has_failed():
    report = bench(Whole(lambda responses: scored([1.0])), ROWS, TEMPLATE)
    assert "gave 1 outcomes for" in report.findings[0].evidence


def test_kept_state_makes_a_reward_unsteady():
    ticks = itertools.count()
    report = judged(pays(lambda response, reference, right: next(ticks) % 1000 / 1000))
    assert "unsteady" in codes(report)
    assert report.changed_in_reverse == 0


def test_a_score_that_depends_on_its_place_is_found():
    report = bench(Whole(lambda responses: scored(i / 100 for i in range(len(responses)))), ROWS, TEMPLATE)
    assert report.changed_again == 0
    assert "order" in codes(report)


def test_a_slow_reward_is_told_its_time():
    two_seconds_a_row = itertools.count(0.0, 2.0)
    report = bench(EachAlone("r", exact_match, True), ROWS, TEMPLATE, clock=lambda: next(two_seconds_a_row))
    assert (report.grade, codes(report)) == ("B", ["slow"])
    assert report.p95_ms == pytest.approx(2000 * report.rows / report.completions)


def test_a_reward_of_form_alone_is_told_to_find_a_partner_and_what_it_pays_for():
    report = judged(visible_form, truth=False)
    assert (report.grade, codes(report)) == ("C", ["pays_senseless", "needs_partner"])
    assert len(report.violations) == 4


def test_a_reward_of_form_that_pays_for_markers_alone_fails():
    report = judged(lambda response, reference, example: Score(float("<answer>" in response), ""), truth=False)
    assert report.grade == "F"
    assert "tags only" in report.findings[0].evidence


def test_a_reward_of_length_prefers_nonsense():
    report = judged(lambda response, reference, example: Score(min(1.0, len(response.split()) / 900), ""), truth=False)
    assert (report.grade, codes(report)) == ("C", ["prefers_nonsense", "pays_senseless", "needs_partner"])


def test_rows_with_the_same_answer_are_compared_with_another_one_only():
    rows = [Row("a?", "1"), Row("b?", "1.0"), Row("c?", "2")]
    report = judged(exact_match, rows=rows)
    assert (report.compared, report.violations) == (3, [])
    assert judged(exact_match, rows=rows[:2]).compared == 0


def test_a_violation_shows_both_scores_and_reasons():
    violation = judged(pays(lambda response, reference, right: 1 - right)).violations[0]
    assert (violation.right.score, violation.wrong.score) == (0.0, 1.0)
    assert violation.right.reason == violation.wrong.reason == "said so"


def test_an_exploit_is_shown_with_the_row_that_paid_it_most():
    report = judged(pays(lambda response, reference, right: max(right, 0.5 * (not response and reference == "56"))))
    empty = next(tally for tally in report.exploits if tally.name == "empty")
    assert (empty.rows, empty.paid, empty.highest, empty.mean) == (4, 1, 0.5, 0.125)
    assert empty.example.instruction == "What is 7 times 8?"


def test_the_reasoning_of_the_row_stands_in_its_right_answer():
    report = judged(exact_match, rows=[Row("a?", "1", "Because."), Row("b?", "2")])
    assert report.right.example.response == "<think>Because.</think><answer>1</answer>"


def test_findings_come_worst_first():
    report = judged(raises(ValueError("x"), lambda response: "0 1 2" in response or not response), truth=False)
    order = [finding.severity for finding in report.findings]
    assert order == sorted(order, key=list(SEVERITIES.values())[::-1].index)


def test_equal_seeds_give_the_same_exploits():
    first, second = (bench(EachAlone("r", exact_match, True), ROWS, TEMPLATE, seed=1) for _ in range(2))
    assert [tally.example for tally in first.exploits] == [tally.example for tally in second.exploits]


def test_the_report_is_json():
    assert json.loads(json.dumps(asdict(judged(exact_match)), allow_nan=False))["grade"] == "A"


@pytest.mark.parametrize("rows", [[], [Row("a?", " ")]], ids=["no rows", "no answers"])
def test_without_answers_there_is_nothing_to_bench(rows):
    with pytest.raises(InvalidInput, match="no row with an answer"):
        judged(exact_match, rows=rows)


def test_form_beside_truth_at_a_low_weight_is_graded_as_training_pays_it():
    truth = EachAlone("truth", exact_match, True)
    form = EachAlone("form", visible_form, False)
    wise = bench(Together("together", [truth, form], {"truth": 1.0, "form": 0.1}), ROWS, TEMPLATE)
    foolish = bench(Together("together", [truth, form], {"truth": 0.01, "form": 1.0}), ROWS, TEMPLATE)
    assert wise.grade == "A"
    assert foolish.grade in "DF"


def test_a_reward_that_hangs_is_given_up_after_a_while_and_told_so():
    ticks = iter(range(0, 100_000, 25))
    report = bench(EachAlone("slow", exact_match, True), ROWS, TEMPLATE, clock=lambda: next(ticks))
    assert report.rows < len(ROWS)
    assert report.rows_left == len(ROWS) - report.rows
    assert "cut_short" in codes(report)
