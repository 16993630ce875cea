"""What the start button knows: each finding, its figure, the click that mends it, and what needs a second word."""

from dataclasses import replace

import pytest

from core.config import parse_config
from core.data.lengths import answer_lengths
from core.data.mapping import Row
from core.prompts.builtin import GRPO_DEFAULT, SOLUTION_ONLY
from core.runs.plan import Rows, estimate
from core.runs.ready import Facts, ModelPlace, blockers, measures, ready
from core.runs.recommended import new_tokens, recommended_lengths

GIB = 1024**3
WELL = {"rows": 20, "scored": 20, "mean": 1.0, "full": 1.0, "failing": None}


def config(**sections):
    return parse_config({"prompt": {"template": "solution-only"}, **sections})


def bench(grade, what="It pays nonsense in most rows.", cure="Require an answer first."):
    weakness = {"code": "x", "severity": "fatal", "what": what, "evidence": "", "what_to_do": cure}
    return {"rows": 12, "grade": grade, "rewards": {"r": {"findings": [weakness]}}}


def lengths(longest, **more):
    plain = {"is_estimated": False, "thinks": False, "first_only": False, "context": None}
    return {"rows": 20, "longest": longest, "prompt": 60, **plain, **more}


def found(chosen=None, rows=1000, is_checked=True, **facts):
    chosen = chosen or config()
    known = Facts(
        bench=bench("A"),
        own_answers=WELL,
        lengths=lengths(40),
        estimate=estimate(chosen, Rows(rows, is_checked=is_checked), None),
        model=ModelPlace(is_here=True),
        disk_free=50 * GIB,
        disk_needed=GIB,
    )
    return {finding["key"]: finding for finding in ready(chosen, replace(known, **facts))}


def test_what_is_well_is_said_after_what_needs_attention():
    levels = [finding["level"] for finding in found(bench=bench("F"), own_answers=None).values()]
    assert levels == ["error", "warning", "pending", "good", "good", "good", "good", "good"]
    assert all(f["level"] == "good" for f in found(config(pre_training={"enabled": True})).values())


@pytest.mark.parametrize(("grade", "level"), [("A", "good"), ("B", "good"), ("C", "warning"), ("D", "warning")])
def test_a_grade_above_f_does_not_block_a_start(grade, level):
    finding = found(bench=bench(grade))["bench"]
    assert (finding["level"], finding["value"], finding["blocks"]) == (level, grade, False)


def test_grade_f_says_why_and_needs_a_second_word():
    finding = found(bench=bench("F"))["bench"]
    assert (finding["level"], finding["blocks"]) == ("error", True)
    assert finding["text"] == "Grade F. It pays nonsense in most rows. Require an answer first."


def test_what_could_not_be_measured_says_why_and_blocks_nothing():
    all_failed = found(bench="too slow.", own_answers="no file.", lengths="no file.")
    assert [all_failed[key]["level"] for key in ("bench", "own_answers", "answer_length")] == ["info"] * 3
    assert "too slow." in all_failed["bench"]["text"]
    assert blockers(config(), "too slow.", None) == []


def test_own_answers_that_earn_too_little_show_the_row_that_fails():
    failing = {"row": 3, "instruction": "?", "answer": "!", "score": 0.0, "reason": "it is no number"}
    finding = found(own_answers={**WELL, "mean": 0.5, "full": 0.5, "failing": failing})["own_answers"]
    assert (finding["level"], finding["value"]) == ("warning", 0.5)
    assert finding["text"].endswith("Row 3: it is no number.")
    assert found(own_answers={**WELL, "mean": 0.0})["own_answers"]["level"] == "error"


def test_an_answer_that_cannot_fit_is_mended_by_one_click_with_room_for_the_prompt():
    chosen = config(training={"max_new_tokens": 100, "max_sequence_length": 128})
    finding = found(chosen, lengths=lengths(200))["answer_length"]
    assert (finding["level"], finding["blocks"], finding["value"]) == ("error", True, 200)
    assert finding["mend"]["settings"] == {"training.max_new_tokens": 256, "training.max_sequence_length": 284}
    assert [f["key"] for f in blockers(chosen, bench("F"), lengths(200))] == ["bench", "answer_length"]


@pytest.mark.parametrize(
    ("longest", "more", "most"),
    [
        (150_000, {}, 131_072),
        (120_000, {}, 131_072),
        (2_500, {"context": 2048}, 2048 - 60),
        (1_900, {"context": 2048}, 1988),
    ],
)
def test_no_mend_and_no_recommendation_goes_beyond_what_can_be_set(longest, more, most):
    measured = lengths(longest, **more)
    finding, settings = found(lengths=measured)["answer_length"], recommended_lengths(config(), measured)
    assert settings["training.max_new_tokens"] == most
    parse_config({"training": {name.partition(".")[2]: value for name, value in settings.items()}})
    if longest < most:
        assert finding["mend"]["settings"] == settings
    else:
        assert (finding["mend"], finding["blocks"]) == (None, True)
        assert finding["text"].endswith(f"It can't fit at all: {most:,} is the most that can be set for this model.")


def test_where_only_the_first_rows_were_measured_the_text_says_so():
    text = found(lengths=lengths(40, rows=200, first_only=True))["answer_length"]["text"]
    assert text.startswith("A perfect answer of the first 200 rows takes up to 40 tokens")
    assert "first" not in found(lengths=lengths(40))["answer_length"]["text"]


def test_an_estimated_length_warns_and_does_not_block():
    finding = found(lengths=lengths(5000, is_estimated=True))["answer_length"]
    assert (finding["level"], finding["blocks"]) == ("warning", False)
    assert "about 5,000 tokens" in finding["text"]


def test_answers_that_fit_to_the_token_are_enough_after_a_warm_up_only():
    tight = {"training": {"max_new_tokens": 40, "max_sequence_length": 128}}
    assert found(config(**tight))["answer_length"]["level"] == "warning"
    assert found(config(**tight, pre_training={"enabled": True}))["answer_length"]["level"] == "good"


def test_few_held_out_rows_say_what_they_can_measure():
    assert measures(10) == (
        "Only 10: one is 10 points, and about half right means 24% to 76%. A change of fewer than 6 rows (60 points) "
        "is noise."
    )
    assert measures(4).endswith("No change can be told from chance.")
    finding = found(config(dataset={"validation_samples": 10}))["held_out"]
    assert (finding["level"], finding["value"]) == ("warning", 10)
    assert finding["mend"]["settings"] == {"dataset.validation_fraction": 0.1, "dataset.validation_samples": 20}
    assert found(config(dataset={"validation_fraction": 0.0}))["held_out"]["value"] == 0


def test_rows_that_nobody_has_checked_can_be_checked_by_one_click():
    chosen = config(dataset={"source": "uploads/some.csv"})
    finding = found(chosen, is_checked=False)["rows"]
    assert (finding["level"], finding["value"], finding["mend"]["checks_rows"]) == ("info", 900, True)
    assert found(chosen)["rows"]["level"] == "good"
    assert found(chosen, rows=None)["rows"]["mend"]["checks_rows"]
    assert found(config(training={"batch_size": 64}), rows=5)["rows"]["level"] == "error"


@pytest.mark.parametrize(
    ("sections", "level"),
    [
        ({}, "warning"),
        ({"pre_training": {"enabled": True}}, "good"),
        ({"prompt": {"template": "plain"}}, "good"),
        ({"prompt": {"template": "code-block"}}, "good"),
        ({"prompt": {"template": "think-answer"}, "model": {"name": "unsloth/Qwen3-0.6B"}}, "good"),
        ({"prompt": {"template": "think-answer"}}, "warning"),
    ],
)
def test_a_form_that_the_model_has_never_seen_wants_a_warm_up(sections, level):
    finding = found(config(**sections))["likely_start"]
    assert finding["level"] == level
    wanted = {"label": "Turn the warm-up on", "settings": {"pre_training.enabled": True}, "checks_rows": False}
    assert finding["mend"] == (wanted if level == "warning" else None)


def test_a_model_that_must_be_downloaded_tells_its_size_and_whether_the_hub_is_there():
    assert "about 3.4 GB" in found(model=ModelPlace(False, 3_400_000_000))["model"]["text"]
    lost = found(model=ModelPlace(False, None, "it does not answer in time"))["model"]
    assert lost["level"] == "error"
    assert "can't be reached: it does not answer in time." in lost["text"]


def test_a_disk_that_is_too_small_is_found_before_the_first_checkpoint():
    finding = found(disk_free=GIB, disk_needed=3 * GIB)["disk"]
    assert finding["text"] == "The run needs about 3.0 GiB of disk, and 1.0 GiB are free: free some first."


def words(texts):
    return [len(text.split()) for text in texts]


def test_recommended_lengths_are_the_longest_perfect_answer_and_a_quarter():
    rows = [Row("q", "word " * n) for n in (10, 99)]
    measured = answer_lengths(rows, SOLUTION_ONLY, words, 40, False)
    assert measured == lengths(101, rows=2, prompt=40)
    assert new_tokens(measured) == 128
    short = config(training={"max_sequence_length": 150, "max_new_tokens": 48})
    wanted = {"training.max_new_tokens": 128, "training.max_sequence_length": 168}
    outlier = {**measured, "prompt": 9000}
    assert recommended_lengths(short, outlier)["training.max_sequence_length"] == 150 - 48 + 128
    assert recommended_lengths(short, measured) == wanted
    assert recommended_lengths(config(), measured) == {"training.max_new_tokens": 128}


def test_short_answers_leave_room_for_the_words_around_them():
    assert new_tokens(answer_lengths([Row("q", "4")], SOLUTION_ONLY, words, 9, False)) == 48


def test_a_model_that_thinks_first_keeps_its_own_lengths():
    rows = [Row("q", "4")]
    for measured in (
        answer_lengths(rows, SOLUTION_ONLY, words, 9, True),
        answer_lengths(rows, GRPO_DEFAULT, words, 9, False),
    ):
        assert recommended_lengths(config(), measured) == {}
        assert new_tokens(measured) == 512
    worked = answer_lengths([Row("q", "4", "2 and 2")], GRPO_DEFAULT, words, 9, False)
    assert recommended_lengths(config(), worked) == {"training.max_new_tokens": 48}


def test_without_the_tokenizer_tokens_are_estimated_for_any_language():
    estimated = [answer_lengths([Row("q", text)], SOLUTION_ONLY, None, None, False) for text in ("four", "北京市")]
    assert [found["longest"] for found in estimated] == [10, 11]
    assert all(found["is_estimated"] for found in estimated)
