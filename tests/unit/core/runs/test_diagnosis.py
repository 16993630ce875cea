"""Why a reward is flat: one history for each cause."""

from dataclasses import replace

import pytest

from core.config.describe import describe
from core.runs.causes import CAUSES
from core.runs.diagnosis import _verdict, diagnose
from tests.support.groups import JUDGING, completion, group

SETTINGS = {field.name for field in describe()}


def shown(answer, truth=0.0, form=1.0, **values):
    return completion(f"<SOLUTION>{answer}</SOLUTION>", truth, form, **values)


def wrong(number):
    return shown(f"wrong {number}", form=0.0)


def both(*completions):
    return [group(*completions, step=1), group(*completions, step=2)]


HISTORIES = {
    "all_zero": both(*[wrong(n) for n in range(4)]),
    "all_full": both(*[shown("5" + " " * n, 1.0) for n in range(4)]),
    "equal_within_groups": both(*[shown(f"{n}", 0.5, 0.0) for n in range(4)]),
    "identical_completions": both(*[wrong(1)] * 4),
    "truncated": both(*[completion(f"and so on {n}", truncated=True) for n in range(4)]),
    "markers_missing": both(*[completion(f"it is {n + 6}") for n in range(4)]),
    "reference_present": both(*[shown(f"it is 5, I say {'!' * n}", form=0.0) for n in range(4)]),
    "form_without_truth": both(*[shown(f"wrong {n}") for n in range(4)]),
    "unscored": both(*[shown(f"wrong {n}", None) for n in range(4)]),
    "masked_out": both(*[shown(f"wrong {n}", form=n / 4, truncated=True) for n in range(4)]),
}


@pytest.mark.parametrize("code", HISTORIES)
def test_a_history_of_one_kind_is_explained_by_it(code):
    found = diagnose(HISTORIES[code], replace(JUDGING, masks_truncated=code == "masked_out"))
    assert found["findings"][0]["code"] == code
    assert found["findings"][0]["share"] == 1.0
    assert found["signal_fraction"] == 0.0
    assert found["verdict"].startswith("No group carries a signal, above all because")


def test_there_is_a_history_for_every_rule():
    assert set(HISTORIES) == {cause.code for cause in CAUSES}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.code)
def test_every_cure_names_a_setting(cause):
    assert any(name in cause.what_to_do for name in SETTINGS)


def test_every_setting_that_a_cure_names_is_there():
    sections = {name.partition(".")[0] for name in SETTINGS if "." in name}
    words = {word.strip(".,:;()") for cause in CAUSES for word in cause.what_to_do.split()}
    named = {word for word in words if word.partition(".")[0] in sections and "." in word}
    assert named <= SETTINGS


def test_groups_that_differ_are_healthy():
    found = diagnose(both(shown("5", 1.0), wrong(1), wrong(2), wrong(3)), JUDGING)
    assert [finding["code"] for finding in found["findings"]] == ["healthy"]
    assert found["signal_fraction"] == 1.0
    assert found["verdict"] == "The reward is not flat: 100% of the groups carry a signal."


def test_a_signal_does_not_hide_what_is_serious():
    cut = [completion(f"and {n}", truncated=True) for n in range(3)]
    found = diagnose(both(shown("5", 1.0), *cut), JUDGING)
    assert found["findings"][0]["code"] == "truncated"
    assert "100% of the groups carry a signal, but completions are cut" in found["verdict"]


def test_nothing_stored_is_said_to_be_nothing():
    found = diagnose([], JUDGING)
    assert (found["steps"], found["groups"], found["signal_fraction"], found["findings"]) == (None, 0, None, [])
    assert found["verdict"] == "No completions are stored yet, so nothing can be said."


def test_evidence_has_numbers_and_examples_that_can_be_found():
    found = diagnose(HISTORIES["truncated"], JUDGING)
    assert (found["steps"], found["groups"], found["completions"]) == ([1, 2], 2, 8)
    first = found["findings"][0]
    assert first["evidence"] == "8 of 8 completions (100%)"
    assert first["examples"] == [{"step": 1, "group": 0, "completion": index} for index in range(3)]


def test_a_cause_comes_before_its_symptom():
    codes = [finding["code"] for finding in diagnose(HISTORIES["truncated"], JUDGING)["findings"]]
    assert codes.index("truncated") < codes.index("markers_missing") < codes.index("all_zero")


def test_what_makes_a_run_unhealthy_is_named_before_what_merely_explains_more():
    by_code = {cause.code: cause for cause in CAUSES}
    mild = {"evidence": "4 of 10 groups (40%)", "share": 0.4}
    broken = {"evidence": "5 of 80 completions (6%)", "share": 0.0625}
    assert by_code["all_zero"].serious > 0.4 and by_code["unscored"].serious <= 0.0625
    said = _verdict(0.6, [(by_code["all_zero"], mild), (by_code["unscored"], broken)])
    assert by_code["unscored"].because in said


def test_completions_without_a_score_are_counted_with_the_commonest_reason():
    failed = [shown(f"{n}", None, scores={"judge": lacking(reason)}) for n, reason in enumerate(["late", "no", "late"])]
    scored = [shown(f"wrong {n}", form=n / 22) for n in range(22)]
    found = {one["code"]: one for one in diagnose([group(*failed, *scored)], JUDGING)["findings"]}
    assert found["unscored"]["title"] == "12% of the completions could not be scored: judge: late"
    assert found["unscored"]["evidence"] == "3 of 25 completions (12%)"
    assert [place["completion"] for place in found["unscored"]["examples"]] == [0, 1, 2]


def lacking(reason):
    return {"value": None, "reason": reason, "kind": "failed"}


def test_a_group_with_fewer_than_two_scores_has_no_signal_and_earns_neither_all_nor_nothing():
    found = diagnose([group(shown("5", 1.0), shown("a", None), shown("b", None), shown("c", None))], JUDGING)
    assert found["signal_fraction"] == 0.0
    assert [finding["code"] for finding in found["findings"]] == ["unscored"]


def test_what_ended_by_itself_was_not_cut_however_near_the_limit():
    at_the_limit = [shown(f"wrong {n}", form=0.0, tokens=14) for n in range(4)]
    found = diagnose(both(*at_the_limit), JUDGING)
    assert [finding["code"] for finding in found["findings"]] == ["all_zero"]


def test_a_group_whose_scored_completions_are_all_cut_teaches_nothing_where_cut_ones_are_left_out():
    cut = [shown("a", 1.0, truncated=True), shown("b", 0.0, truncated=True), shown("c", None)]
    assert diagnose([group(*cut)], JUDGING)["signal_fraction"] == 1.0
    assert diagnose([group(*cut)], replace(JUDGING, masks_truncated=True))["signal_fraction"] == 0.0


def test_groups_that_repeat_a_text_and_yet_differ_are_not_called_the_same():
    """As the demo ends: few texts a group, some groups right, most of them wrong, each ended by itself at the limit."""
    wrongs = [[wrong(n), wrong(n), wrong(n), wrong(n + 1)] for n in range(5)]
    mixed = [[shown("5", 1.0), shown("5", 1.0), wrong(n), wrong(n)] for n in range(2)]
    right = [[shown("5", 1.0)] * 4]
    groups = [group(*[one | {"tokens": 14} for one in completions]) for completions in (*wrongs, *mixed, *right)]
    found = diagnose(groups, JUDGING)
    assert found["verdict"] == (
        "Only 25% of the groups carry a signal, above all because no completion of these prompts earns anything: "
        "5 of 8 groups (62%)."
    )
    assert [finding["code"] for finding in found["findings"]] == ["all_zero", "all_full"]


def test_a_part_that_only_costs_is_not_called_pay_for_form():
    history, penalty = HISTORIES["form_without_truth"], {"exact-match": 1.0, "solution-format": -0.5}
    found = diagnose(history, replace(JUDGING, weights=penalty, range=(-0.5, 1.0)))
    assert "form_without_truth" not in [finding["code"] for finding in found["findings"]]
