"""Prompts out, solutions in."""

import pytest

from core.errors import InvalidInput
from core.prompts.builtin import GRPO_DEFAULT, PLAIN, TEMPLATES
from core.prompts.chosen import template_of
from core.prompts.section import PromptConfig


def test_the_default_template_asks_for_its_own_markers():
    marks = GRPO_DEFAULT.markers
    for marker in (marks.reasoning_start, marks.reasoning_end, marks.solution_start, marks.solution_end):
        assert marker in GRPO_DEFAULT.system_prompt


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_perfect_answer_is_read_back(template):
    assert template.markers.between_solution(template.answer("56", "7 x 8")) == "56"


@pytest.mark.parametrize(
    "text", ["", "56", "<SOLUTION>56", "56</SOLUTION>", "</SOLUTION>56<SOLUTION>"], ids=lambda text: text or "nothing"
)
def test_a_missing_marker_means_no_solution(text):
    assert GRPO_DEFAULT.markers.between_solution(text) is None


def test_nested_markers_give_the_inner_solution():
    assert GRPO_DEFAULT.markers.between_solution("<SOLUTION><SOLUTION>5</SOLUTION>") == "5"


def test_user_text_is_never_evaluated():
    assert PLAIN.messages("{{ 7 * 7 }}")[-1]["content"] == "{{ 7 * 7 }}"


def test_given_values_replace_the_templates():
    template = template_of(PromptConfig(system_prompt="Be brief.", solution_start="[", solution_end="]"))
    assert template.messages("q")[0]["content"] == "Be brief."
    assert template.answer("5") == "[5]"


def test_an_empty_system_prompt_means_none():
    assert [m["role"] for m in template_of(PromptConfig(system_prompt="")).messages("q")] == ["user"]


@pytest.mark.parametrize(
    "config",
    [
        PromptConfig(template="nope"),
        PromptConfig(template="plain", solution_start="["),
        PromptConfig(solution_end=""),
    ],
)
def test_an_unknown_template_or_half_a_pair_is_refused(config):
    with pytest.raises(InvalidInput) as refusal:
        template_of(config)
    assert next(iter(refusal.value.fields)).startswith("prompt.")
