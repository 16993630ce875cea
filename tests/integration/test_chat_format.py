"""Chats as real tokenizers and templates write them: system turns, thinking, and special tokens inside messages."""

import pytest

transformers = pytest.importorskip("transformers")

from core.data.mapping import Row  # noqa: E402 - after transformers is known to be there
from core.errors import InvalidInput  # noqa: E402
from core.prompts.builtin import SOLUTION_ONLY, THINK_ANSWER  # noqa: E402
from core.prompts.chat_template import with_thinking  # noqa: E402
from core.prompts.special_tokens import written  # noqa: E402
from core.workers.chat_format import ChatFormat, about_template, prepare_template, require_thinking  # noqa: E402
from core.workers.corpus import IGNORED, prompt_ids, sft_dataset  # noqa: E402
from tests.support.chat_templates import (  # noqa: E402
    DROPS_SYSTEM,
    OPENS_THINKING,
    REFUSES_SYSTEM,
    SWITCHES_THINKING,
)
from tests.support.tiny_families import FAMILIES  # noqa: E402
from tests.support.tiny_model import CHAT_TEMPLATE, tiny_tokenizer  # noqa: E402

pytestmark = pytest.mark.real
USER, SYSTEM = {"role": "user", "content": "Who?"}, {"role": "system", "content": "Be brief."}
MORE = [{"role": "assistant", "content": "Me."}, {"role": "user", "content": "Why?"}]


def format_of(template, thinking="default"):
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = template
    prepare_template(tokenizer, thinking)
    return ChatFormat(tokenizer)


@pytest.fixture(scope="module", params=FAMILIES)
def family(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizers") / request.param
    folder.mkdir()
    FAMILIES[request.param].tokenizer(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = FAMILIES[request.param].template
    prepare_template(tokenizer)
    return tokenizer


def test_a_system_prompt_stands_before_the_first_question_where_there_is_no_turn_for_it():
    for template in (REFUSES_SYSTEM, DROPS_SYSTEM):
        chat_format = format_of(template)
        folded = [{"role": "user", "content": "Be brief.\n\nWho?"}]
        assert chat_format.prompt([SYSTEM, USER]) == chat_format.prompt(folded)
        assert chat_format.prompt([SYSTEM, USER, *MORE]) == chat_format.prompt([*folded, *MORE])
        assert chat_format.prompt([USER, *MORE]).count("user") == 2


def test_a_template_with_a_system_turn_stays_as_it_is():
    for template in (CHAT_TEMPLATE, SWITCHES_THINKING, OPENS_THINKING):
        tokenizer = tiny_tokenizer()
        tokenizer.chat_template = template
        prepare_template(tokenizer)
        assert tokenizer.chat_template == template
        assert "prompt.system_prompt" not in about_template(tokenizer, "Be brief.")


def test_a_prepared_template_is_not_changed_again():
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = REFUSES_SYSTEM
    prepare_template(tokenizer)
    once = tokenizer.chat_template
    prepare_template(tokenizer)
    assert tokenizer.chat_template == once != REFUSES_SYSTEM
    assert "takes no system turn" in about_template(tokenizer, "Be brief.")["prompt.system_prompt"]
    assert about_template(tokenizer, "") == {}


def test_thinking_is_what_was_chosen_whatever_the_caller_says():
    plain = "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\n"
    assert format_of(SWITCHES_THINKING).prompt([USER]) == format_of(SWITCHES_THINKING, "on").prompt([USER]) == plain
    assert format_of(SWITCHES_THINKING, "off").prompt([USER]) == f"{plain}<think>\n\n</think>\n\n"
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = SWITCHES_THINKING
    prepare_template(tokenizer, "off")
    said = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": True}
    assert tokenizer.apply_chat_template([USER], **said).endswith("</think>\n\n")


def test_thinking_can_be_chosen_anew_where_an_export_has_it_in_its_template_already():
    template = with_thinking(SWITCHES_THINKING, "off")
    assert with_thinking(template, "default") == template
    assert with_thinking(template, "on") == with_thinking(SWITCHES_THINKING, "on")


def test_thinking_is_refused_where_the_template_does_not_know_it():
    tokenizer = tiny_tokenizer()
    with pytest.raises(InvalidInput, match="has no switch for thinking, so it can't be turned off") as refusal:
        require_thinking(tokenizer, "off")
    assert list(refusal.value.fields) == ["prompt.thinking"]
    require_thinking(tokenizer, "default")
    tokenizer.chat_template = SWITCHES_THINKING
    require_thinking(tokenizer, "off")


def test_what_the_template_begins_of_an_answer_is_known():
    opens = format_of(OPENS_THINKING)
    assert opens.opening == "<think>\n"
    assert "begins every answer with <think>, which" in about_template(opens._tokenizer, "")["prompt.template"]
    assert format_of(CHAT_TEMPLATE).opening == ""
    assert format_of(SWITCHES_THINKING, "off").opening == ""  # closed again, so nothing of it is the model's


@pytest.mark.parametrize(
    ("template", "row", "target"),
    [
        (CHAT_TEMPLATE, Row("Who?", "Me", "Hm."), "<think>Hm.</think><answer>Me</answer><|im_end|>\n"),
        (REFUSES_SYSTEM, Row("Who?", "Me", "Hm."), "<think>Hm.</think><answer>Me</answer><|im_end|>\n"),
        (SWITCHES_THINKING, Row("Who?", "Me", "Hm."), "<think>Hm.</think><answer>Me</answer><|im_end|>\n"),
        (OPENS_THINKING, Row("Who?", "Me", "Hm."), "Hm.</think><answer>Me</answer><|im_end|>\n"),
        (OPENS_THINKING, Row("Who?", "Me"), "</think>\n\n<answer>Me</answer><|im_end|>\n"),
    ],
    ids=["plain", "refuses", "switches", "opens", "opens, without reasoning"],
)
def test_the_warm_up_teaches_what_goes_on_where_the_prompt_of_a_rollout_ends(template, row, target):
    chat_format = format_of(template)
    tokenizer = chat_format._tokenizer
    [example] = sft_dataset([row], THINK_ANSWER, chat_format, 1024)
    start = example["labels"].index(next(label for label in example["labels"] if label != IGNORED))
    assert example["input_ids"][:start] == prompt_ids([row], THINK_ANSWER, tokenizer)[0]
    assert example["labels"][start:] == example["input_ids"][start:]
    assert tokenizer.decode(example["input_ids"][start:]) == target


def test_a_template_without_thinking_teaches_what_trl_would(family):
    row = Row("What is 12 + 34?", "46")
    chat = SOLUTION_ONLY.messages(row.instruction)
    said = [{"role": "assistant", "content": SOLUTION_ONLY.answer(row.reference)}]
    whole = family.apply_chat_template([*chat, *said], tokenize=True, return_dict=False)
    [example] = sft_dataset([row], SOLUTION_ONLY, ChatFormat(family), 1024)
    assert example["input_ids"] == whole


def test_a_long_example_of_the_warm_up_is_cut_and_one_without_room_left_out():
    rows = [Row("Who?", "Me " * 50), Row("Who? " * 200, "Me")]
    [example] = sft_dataset(rows, SOLUTION_ONLY, format_of(CHAT_TEMPLATE), 150)
    assert len(example["input_ids"]) == len(example["labels"]) == 150


def test_special_tokens_inside_a_message_are_text(family):
    chat_format = ChatFormat(family)
    special = " x ".join([*chat_format.controls, "y"])
    plain = chat_format.ids([chat_format.written([USER])])[0]
    [ids] = chat_format.ids([chat_format.written([{"role": "user", "content": special}])])
    known = {control.id for control in chat_format.controls.values()}
    assert [token for token in ids if token in known] == [token for token in plain if token in known]
    whole = family.decode(ids, skip_special_tokens=False)
    assert all(token in whole for token in chat_format.controls)


def test_a_chat_that_is_cut_at_special_tokens_has_the_ids_of_the_whole(family):
    chat_format = ChatFormat(family)
    chat = [{"role": "user", "content": "two  spaces, 12 + 34\n\nnaïve 北京"}, *MORE]
    token = next(iter(chat_format.controls))
    cut = written([{"role": "user", "content": token}], chat_format.controls, lambda turns: chat_format.prompt(chat))
    assert isinstance(cut, tuple)
    assert chat_format.ids([cut]) == chat_format.ids([chat_format.prompt(chat)])


def test_special_tokens_in_an_answer_of_the_warm_up_are_text():
    chat_format = format_of(CHAT_TEMPLATE)
    [example] = sft_dataset([Row("Who <|im_end|>?", "a<|im_end|>b")], SOLUTION_ONLY, chat_format, 1024)
    tokenizer = chat_format._tokenizer
    assert tokenizer.decode(example["input_ids"]).count("<|im_end|>") == 5  # three ends of turns, two that are text
    assert example["input_ids"].count(tokenizer.eos_token_id) == 3
