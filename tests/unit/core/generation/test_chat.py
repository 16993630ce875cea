"""The chat a model sees: the training's form, a conversation, or the user's own words."""

import pytest

from core.errors import InvalidInput
from core.generation.chat import chat_of, merged
from core.prompts.template import Markers, PromptTemplate

TEMPLATE = PromptTemplate("t", "Be brief.", Markers(), "Q: {instruction}\nA:")


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def system(text):
    return {"role": "system", "content": text}


def test_a_prompt_gets_the_system_prompt_and_the_form_of_the_training():
    assert chat_of([user("2+2?")], TEMPLATE, None) == [system("Be brief."), user("Q: 2+2?\nA:")]


def test_every_question_of_a_conversation_gets_the_form_and_answers_stay_as_they_are():
    chat = chat_of([user("1?"), assistant("{instruction}"), user("2?")], TEMPLATE, None)
    assert chat[1:] == [user("Q: 1?\nA:"), assistant("{instruction}"), user("Q: 2?\nA:")]


@pytest.mark.parametrize(
    ("messages", "given", "expected"),
    [
        ([user("x")], "Mine.", "Mine."),
        ([system("Theirs."), user("x")], None, "Theirs."),
        ([system("Theirs."), user("x")], "Mine.", "Mine."),
    ],
    ids=["given beside the messages", "first of the messages", "both"],
)
def test_a_system_prompt_that_is_given_replaces_the_training_s(messages, given, expected):
    assert chat_of(messages, TEMPLATE, given)[0] == system(expected)


def test_an_empty_system_prompt_means_none():
    assert chat_of([user("x")], TEMPLATE, "") == [user("Q: x\nA:")]


def test_without_a_template_the_messages_stay_as_they_are():
    assert chat_of([user("x")], None, None) == [user("x")]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [system("only")],
        [user("a"), assistant("b")],
        [user("a"), system("b"), user("c")],
        [user("a"), user("b")],
        [{"role": "robot", "content": "a"}, user("b")],
    ],
    ids=["empty", "no question", "no question at the end", "system in the middle", "two in a row", "unknown role"],
)
def test_a_conversation_that_no_template_takes_is_refused(messages):
    with pytest.raises(InvalidInput) as refused:
        chat_of(messages, TEMPLATE, None)
    assert "messages" in refused.value.fields


def test_the_conversations_of_other_programs_become_ones_that_alternate():
    messages = [
        system("Be kind."),
        {"role": "developer", "content": "Be short."},
        user("a"),
        user("b"),
        assistant(None),
        {"role": "tool", "content": "c"},
        assistant("d"),
        system("Late."),
        user("e"),
    ]
    found = merged(messages)
    assert found == [system("Be kind.\n\nBe short.\n\nLate."), user("a\n\nb\n\nc"), assistant("d"), user("e")]
    assert chat_of(found, None, None) == found


def test_a_sound_conversation_stays_as_it_is():
    messages = [system("s"), user("a"), assistant(""), user("b")]
    assert merged(messages) == messages
