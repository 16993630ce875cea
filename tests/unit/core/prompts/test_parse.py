"""Reading a completion, whatever its markers look like, and templates that could not be read back."""

import pytest

from core.errors import InvalidInput
from core.prompts.builtin import CODE_BLOCK, GRPO_DEFAULT, PLAIN, SOLUTION_ONLY, SUMMARIES, TEMPLATES, THINK_ANSWER
from core.prompts.chosen import as_config, check_template, frozen, missing_from_prompt, template_of
from core.prompts.section import PromptConfig
from core.prompts.template import Markers, PromptTemplate

READ = {
    "perfect": ("<think>a</think><answer>b</answer>", "a", "b", 0),
    "no reasoning": ("<answer>b</answer>", "", "b", 2),
    "no end of the reasoning": ("<think>a<answer>b</answer>", "a", "b", 1),
    "no start of the reasoning": ("a</think><answer>b</answer>", "a", "b", 1),
    "no end of the solution": ("<think>a</think><answer>b", "a", None, 1),
    "two solutions": ("<think>a</think><answer>b</answer><answer>c</answer>", "a", "c", 2),
    "a solution in a solution": ("<answer>b<answer>c</answer></answer>", "", "c", 4),
    "a start left over": ("<answer>b</answer> and <answer>", "", "b", 3),
    "an end before the start": ("</answer>b<answer>", "", None, 2),
    "the wrong order": ("<answer>b</answer><think>a</think>", "a", "b", 1),
    "text behind": ("<think>a</think><answer>b</answer> so", "a", "b", 1),
    "nothing inside": ("<think> </think><answer>b</answer>", "", "b", 1),
    "nothing at all": ("", "", None, 4),
    "no markers at all": ("just b", "", None, 4),
}


@pytest.mark.parametrize(("text", "reasoning", "solution", "problems"), READ.values(), ids=READ.keys())
def test_a_completion_is_read_however_its_markers_stand(text, reasoning, solution, problems):
    parsed = THINK_ANSWER.markers.parse(text)
    assert (parsed.reasoning, parsed.solution) == (reasoning, solution)
    assert len(parsed.problems) == problems


def test_without_markers_everything_is_the_solution():
    assert PLAIN.markers.parse(" b ").solution == "b"
    assert PLAIN.markers.parse(" b ").problems == ()


def test_the_last_code_block_is_the_solution():
    text = "First:\n```python\na = 1\n```\nThen:\n```python\nb = 2\n```"
    assert CODE_BLOCK.markers.between_solution(text) == "b = 2"


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_shipped_template_is_sound_and_reads_its_own_perfect_answer(template):
    check_template(template)
    assert missing_from_prompt(template) == []
    assert SUMMARIES[template]
    parsed = template.markers.parse(template.answer("x = 1", "because"))
    assert parsed.solution == "x = 1"
    assert parsed.problems == ()


BAD = {
    "a start alone": ({"reasoning_end": ""}, "reasoning_end"),
    "an end alone": ({"solution_start": ""}, "solution_start"),
    "one inside another": ({"solution_start": "<start_working_out>x"}, "reasoning_start"),
    "no place for the question": ({"instruction_template": "Answer!"}, "instruction_template"),
    "two places": ({"instruction_template": "{instruction} {instruction}"}, "instruction_template"),
}


@pytest.mark.parametrize(("values", "field"), BAD.values(), ids=BAD.keys())
def test_a_template_that_could_not_be_read_back_is_refused(values, field):
    with pytest.raises(InvalidInput) as refusal:
        template_of(PromptConfig(**values))
    assert f"prompt.{field}" in refusal.value.fields


def test_the_question_stands_where_the_template_puts_it_and_is_not_evaluated():
    template = PromptTemplate("t", "{instruction} {{ 1 }}", Markers(), "Q: {instruction}\nA:")
    system, user = template.messages("{instruction} {{ 7 * 7 }} %s")
    assert system["content"] == "{instruction} {{ 1 }}"
    assert user["content"] == "Q: {instruction} {{ 7 * 7 }} %s\nA:"


def test_a_run_keeps_a_saved_template_as_it_was():
    saved = {"mine": PromptTemplate("mine", "Be brief.", SOLUTION_ONLY.markers)}
    kept = frozen(PromptConfig(template="mine", system_prompt="Be very brief."), saved)
    assert template_of(kept).system_prompt == "Be very brief."
    assert template_of(kept).markers == SOLUTION_ONLY.markers
    assert frozen(PromptConfig(), saved) == PromptConfig()


def test_a_template_survives_its_own_configuration():
    assert template_of(as_config(GRPO_DEFAULT)) == GRPO_DEFAULT
