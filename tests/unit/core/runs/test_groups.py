"""What is read off a stored group."""

import pytest

from core.config import parse_config
from core.prompts.builtin import GRPO_DEFAULT, PLAIN, SOLUTION_ONLY
from core.runs.groups import FILTERS, annotated, is_flat, judging_of, matches, mentions
from tests.support.groups import JUDGING, completion, group

SHOWN = "<SOLUTION>{}</SOLUTION>"


def read(text, reference="5", template=SOLUTION_ONLY):
    return annotated(group(completion(text), reference=reference), template.markers)["completions"][0]


def as_a_browser(text, answer):
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * answer["start"] : 2 * answer["end"]].decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<SOLUTION> 5 </SOLUTION>", "5"),
        ("😀 <SOLUTION>4</SOLUTION> 😀 <SOLUTION>\n5 😀</SOLUTION>", "5 😀"),
        ("\ud800<SOLUTION>é</SOLUTION>", "é"),
        ("<SOLUTION></SOLUTION>", ""),
        ("<SOLUTION>5", None),
        ("5", None),
    ],
)
def test_the_answer_is_what_the_reward_took_counted_as_browsers_count(text, answer):
    found = read(text)["answer"]
    assert (found and as_a_browser(text, found)) == answer
    assert SOLUTION_ONLY.markers.between_solution(text) == answer


def test_without_markers_no_part_is_the_answer_and_nothing_is_wrong_with_them():
    found = read("5", template=PLAIN)
    assert (found["answer"], found["problems"]) == (None, [])


def test_problems_of_the_markers_are_told_in_words():
    assert read("5", template=GRPO_DEFAULT)["problems"][0] == "<start_working_out> stands 0 times instead of once"


@pytest.mark.parametrize(
    ("text", "reference", "is_there"),
    [
        ("so it is 5.", "5", True),
        ("so it is 15", "5", False),
        ("so it is 5.5", "5", False),
        ("so it is 1.5", "5", False),
        ("x5", "5", False),
        ("15, then 5", "5", True),
        ("1,234,567 in all", "1234567", True),
        ("1234 in all", "1,234", True),
        ("PARIS it is", "Paris", True),
        ("Parisian", "Paris", False),
        ("f(x) = 2", "(x)", True),
        ("anything", "", False),
        ("anything", "  ", False),
        ("", "5", False),
    ],
)
def test_a_reference_is_found_as_a_word_of_its_own(text, reference, is_there):
    assert mentions(text, reference) is is_there


def test_a_group_is_flat_when_no_completion_earns_more_than_another():
    assert is_flat(group(completion("a", 1.0), completion("b", 1.0)))
    assert not is_flat(group(completion("a", 1.0), completion("b", 0.0)))


FOUND = {
    "truncated": completion("a", truncated=True),
    "no_answer": completion("5"),
    "missed": completion("5, so " + SHOWN.format("five")),
    "failed": completion(SHOWN.format("4"), truth=None),
    "not_run": completion("a", scores={"exact-match": {"value": None, "reason": "", "kind": "not_run"}}),
    "best": completion(SHOWN.format("5"), 1.0, 1.0),
    "wrong_but_paid": completion(SHOWN.format("4"), 0.5, 1.0),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_what_it_is_called_after_and_not_a_plain_wrong_answer(name):
    groups = [group(completion(SHOWN.format("6"))), group(completion(SHOWN.format("7")), FOUND[name])]
    assert list(matches(groups, name, JUDGING)) == [{"group": 1, "completion": 1}]


def test_flat_groups_are_found_as_a_whole():
    groups = [group(completion("a", 1.0), completion("b")), group(completion("a"), completion("b"))]
    assert list(matches(groups, "flat", JUDGING)) == [{"group": 1, "completion": None}]


def test_a_configuration_says_how_its_completions_are_judged():
    parts = [{"preset_name": "math", "weight": 2}, {"preset_name": "solution-format"}, {"judge": {}}]
    judging = judging_of(parse_config({"reward": {"type": "composite", "components": parts}}))
    assert judging.judges == ("math-science",)
    assert judging.range == (0.0, 4.0)
    assert judging.markers == GRPO_DEFAULT.markers
