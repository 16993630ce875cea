"""Chat formats are found by what they render, with their default system messages and preambles."""

import pytest

from core.export.chat_families import FAMILIES, family_of


def folded(chat):
    if chat[0]["role"] != "system":
        return chat
    return [{"role": "user", "content": f"{chat[0]['content']}\n\n{chat[1]['content']}"}, *chat[2:]]


CHATML, LLAMA_3, GEMMA = FAMILIES[0], FAMILIES[1], FAMILIES[2]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{family.name}-{FAMILIES.index(family)}")
def test_every_family_is_found_by_its_rendering(family):
    found = family_of(family.render)
    assert found is not None
    assert (found.family.user, found.family.assistant) == (family.user, family.assistant)
    assert (found.preamble, found.default_system) == ("", "")


def test_a_token_that_begins_the_text_does_not_matter():
    found = family_of(lambda chat: "<bos>" + GEMMA.render(chat), bos="<bos>")
    assert found is not None
    assert found.family == GEMMA


def test_a_token_that_begins_the_text_and_every_turn_is_not_cut_off():
    found = family_of(CHATML.render, bos="<|im_start|>")
    assert found is not None
    assert found.family == CHATML


def test_a_default_system_message_is_found():
    def render(chat):
        default = [] if chat[0]["role"] == "system" else [{"role": "system", "content": "You are SmolLM."}]
        return CHATML.render([*default, *chat])

    found = family_of(render)
    assert found is not None
    assert (found.preamble, found.default_system) == ("", "You are SmolLM.")


def test_what_stands_before_every_system_message_is_found():
    def render(chat):
        told = chat[0]["content"] if chat[0]["role"] == "system" else ""
        turns = chat[1:] if chat[0]["role"] == "system" else chat
        return LLAMA_3.render([{"role": "system", "content": f"Today: 26 Jul 2024\n\n{told}"}, *turns])

    found = family_of(render)
    assert found is not None
    assert found.preamble == found.default_system == "Today: 26 Jul 2024\n\n"


def test_a_template_that_refuses_system_messages_is_found_all_the_same():
    found = family_of(lambda chat: None if chat[0]["role"] == "system" else GEMMA.render(chat))
    assert found is not None
    assert found.family == GEMMA


def test_a_format_into_which_the_system_prompt_is_folded_is_written_so():
    found = family_of(lambda chat: CHATML.render(folded(chat)))
    assert found is not None
    assert "{{ $.System }}\n\n{{ end }}{{ .Content }}<|im_end|>" in found.go_template()


@pytest.mark.parametrize("begun", ["<think>\n", "<think>\n\n</think>\n\n", "[THINK]"])
def test_what_a_template_says_about_thinking_is_written_before_the_answer(begun):
    found = family_of(lambda chat: CHATML.render(chat) + begun)
    assert found is not None
    assert (found.family, found.begun) == (CHATML, begun)
    assert found.go_template().endswith(f"assistant\n{begun}")


@pytest.mark.parametrize(
    "render",
    [
        lambda chat: None,
        lambda chat: "".join(message["content"] for message in chat),
        lambda chat: CHATML.render(chat).replace("assistant", "bot"),
        lambda chat: CHATML.render(chat) + "Well, ",
        lambda chat: CHATML.render(chat[-1:]),
    ],
    ids=["refuses-all", "no-tags", "other-role", "other-opening", "forgets-turns"],
)
def test_what_is_none_of_them_is_not_guessed(render):
    assert family_of(render) is None


def test_a_question_has_its_form_in_the_template_of_ollama():
    assert "user\nProblem: {{ .Content }}!<|im_end|>" in CHATML.go_template("Problem: ", "!")
    assert "Problem: {{ .Content }}!<end_of_turn>" in GEMMA.go_template("Problem: ", "!")
