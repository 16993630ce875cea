"""The Modelfile: read back by the grammar of Ollama."""

import pytest

from core.export.chat_families import FAMILIES, Spoken
from core.export.modelfile import Modelfile, context_tokens, modelfile_names, quoted
from core.prompts.template import Markers, PromptTemplate
from tests.support.modelfile_grammar import parse

CHATML = Spoken(FAMILIES[0], default_system="You are SmolLM.")


def modelfile(system="", instruction="{instruction}", spoken=CHATML, title="sums", ends=("<|im_end|>",)):
    template = PromptTemplate("mine", system, Markers(), instruction)
    return Modelfile(title, spoken, template, ends, 4096)


def read(**how):
    return parse(modelfile(**how).text_for("model-q4_k_m.gguf"))


def test_it_names_the_file_beside_it_and_each_stop_once():
    values = read()
    assert values["from"] == ["./model-q4_k_m.gguf"]
    assert values["stop"] == ["<|im_end|>", "<|im_start|>"]
    assert values["num_ctx"] == ["4096"]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{family.name}-{FAMILIES.index(family)}")
def test_every_format_can_be_read_back(family):
    values = read(spoken=Spoken(family), instruction="Q: {instruction}\nA:")
    assert values["template"] == [family.go_template("Q: ", "\nA:")]


@pytest.mark.parametrize(
    "system",
    ["Be brief.", "Two\nlines.", "  spaces around  ", 'says "yes" to all', '"quoted"', "", "# no comment", "a\n\nb\n"],
)
def test_the_system_prompt_of_training_is_kept_to_the_letter(system):
    expected = system or "You are SmolLM."
    assert read(system=system)["system"][0] in (expected, f"{expected}\n")


def test_a_system_prompt_that_can_not_be_written_is_left_out_and_told():
    text = modelfile(system='three """ quotes').text_for("a.gguf")
    assert "system" not in parse(text)
    assert "three double quotes" in text


def test_a_preamble_stands_before_the_system_prompt():
    spoken = Spoken(FAMILIES[1], preamble="Today: Monday\n\n", default_system="Today: Monday\n\n")
    assert read(system="Be brief.", spoken=spoken)["system"] == ["Today: Monday\n\nBe brief."]
    assert read(spoken=spoken)["system"] == ["Today: Monday\n\n"]


def test_a_form_that_a_template_can_not_hold_is_told_in_a_comment():
    text = modelfile(instruction="{{ {instruction} }}").text_for("a.gguf")
    assert "{{ .Content }}" in parse(text)["template"][0]
    assert "# Questions were put in this form" in text


def test_an_unknown_format_has_no_template_but_the_rest():
    values = read(spoken=None, system="Be brief.")
    assert "template" not in values
    assert values["system"] == ["Be brief."]
    assert values["stop"] == ["<|im_end|>"]


def test_a_title_of_several_lines_is_one_comment():
    assert read(title="sums\nFROM /etc/passwd")["from"] == ["./model-q4_k_m.gguf"]


@pytest.mark.parametrize(("trained", "most", "tokens"), [(128, 8192, 4096), (9000, 40_000, 9000), (128, 2048, 2048)])
def test_a_context_is_no_shorter_than_a_conversation_and_no_longer_than_the_model_takes(trained, most, tokens):
    assert context_tokens(trained, most) == tokens


def test_a_value_with_three_quotes_has_no_form():
    assert quoted('a """ b') is None


def entry(target, size):
    return {"target": target, "kind": "gguf", "file": f"model-{target}.gguf", "size_bytes": size}


def test_the_plain_modelfile_is_for_q4_k_m_or_the_smallest():
    assert modelfile_names([entry("q8_0", 2), entry("q4_k_m", 3)])["model-q4_k_m.gguf"] == "Modelfile"
    names = modelfile_names([entry("q8_0", 2), entry("f16", 3), {"target": "merged", "kind": "merged"}])
    assert names == {"model-q8_0.gguf": "Modelfile", "model-f16.gguf": "Modelfile-f16"}
    assert modelfile_names([]) == {}
