"""Requests as OpenAI's clients send them, in our words."""

import pytest

from core.errors import InvalidInput
from core.validation import shaped
from routes.openai_shapes import ChatRequest

CHAT = {"messages": [{"role": "user", "content": "x"}]}


def asked(**more):
    return shaped(ChatRequest, {**CHAT, **more})


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ({"max_tokens": 65536}, "max_tokens", 32768),
        ({"max_completion_tokens": 9, "max_tokens": None}, "max_tokens", 9),
        ({"max_tokens": None}, "max_tokens", 512),
        ({"seed": 2**63 - 1}, "seed", 2**31 - 1),
        ({"seed": -1}, "seed", 2**31 - 1),
        ({"top_p": 0}, "temperature", 0.0),
        ({"temperature": None}, "temperature", 1.0),
        ({"stop": ""}, "stop", ()),
        ({"stop": ["", "END"]}, "stop", ("END",)),
        ({"stop": "END"}, "stop", ("END",)),
    ],
)
def test_values_of_openai_s_ranges_are_brought_into_ours(given, name, expected):
    assert getattr(asked(**given).sampling(), name) == expected


@pytest.mark.parametrize("value", [None, 0, 1])
def test_what_asks_for_nothing_is_tolerated(value):
    neutral = {"n": 1, "frequency_penalty": 0.0, "presence_penalty": 0, "logprobs": False, "tools": []}
    neutral |= {"response_format": {"type": "text"}, "logit_bias": {}, "user": "me", "parallel_tool_calls": True}
    chosen = dict.fromkeys(neutral) if value is None else neutral
    asked(**chosen, stream=None, model=None).require_honourable()


@pytest.mark.parametrize(
    "given",
    [
        {"n": 2},
        {"frequency_penalty": 0.5},
        {"presence_penalty": -1},
        {"logprobs": True},
        {"response_format": {"type": "json_object"}},
        {"tools": [{"type": "function"}]},
        {"logit_bias": {"50256": -100}},
    ],
    ids=lambda given: next(iter(given)),
)
def test_what_would_change_the_answer_and_can_not_be_done_is_refused_by_name(given):
    with pytest.raises(InvalidInput, match=next(iter(given))) as refused:
        asked(**given).require_honourable()
    assert list(refused.value.fields) == list(given)


def test_a_turn_that_called_a_tool_may_have_no_text():
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    messages = [*CHAT["messages"], call, {"role": "tool", "tool_call_id": "1", "content": "4"}]
    assert asked(messages=messages).chat() == [{"role": "user", "content": "x\n\n4"}]
