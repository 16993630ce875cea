"""Which functions of a source are rewards, and how they are called."""

import pytest

from core.rewards.custom.signature import Unreadable, columns_of, signatures

GROUP = "def {}(completions, **kwargs):\n    return [1.0] * len(completions)\n"
MAKER = "def make(size{}):\n    def inner(completions, **kwargs):\n        return [size]\n    return inner\n"


def names(source, chosen=()):
    return [signature.name for signature in signatures(source, chosen)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def reward(response, reference, example): return 1", ["reward"]),
        ("def score(response, reference, example): return 1", ["score"]),
        ("def helper(text): return text\ndef score(r, f, e): return len(helper(r))", ["score"]),
        ("async def score(response, reference, example): return 1", ["score"]),
        ("reward = lambda r, f, e: 1", ["reward"]),
        (
            "try:\n    import re\nexcept ImportError:\n    pass\nif True:\n    def score(completions): return [1]",
            ["score"],
        ),
        (GROUP.format("first") + GROUP.format("second"), ["first", "second"]),
        (GROUP.format("first") + GROUP.format("reward"), ["reward"]),
        (GROUP.format("first") + GROUP.format("second") + "reward_funcs = [second]", ["second"]),
        (GROUP.format("first") + GROUP.format("second") + "Trainer(reward_funcs=[second, first])", ["second", "first"]),
        (GROUP.format("first") + GROUP.format("second") + "Trainer(reward_funcs=first)", ["first"]),
        (MAKER.format("=3"), ["inner"]),
        (MAKER.format("") + "reward = make(4)", ["inner"]),
        (MAKER.format("") + "reward_funcs = [make(4)]", ["inner"]),
        ("from functools import partial\n" + GROUP.format("f") + "reward_funcs = [partial(f, size=3)]", ["f"]),
    ],
)
def test_the_functions_that_score_are_found(source, found):
    assert names(source) == found


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 1", "there is no reward function"),
        ("def a(x): return x\ndef b(x): return x", "there is no reward function"),
        ("def reward(response): return 1", "can't be called"),
        ("def reward(r, f, e, *, strict): return 1", "can't be called"),
        (MAKER.format(""), "add a line reward = make(size=...) below it"),
        ("reward_funcs = [unknown]", "unknown can't be read as a reward function"),
    ],
)
def test_a_source_without_a_reward_says_what_to_write(source, problem):
    with pytest.raises(Unreadable, match=problem.replace("(", r"\(").replace(")", r"\)")):
        signatures(source)


def test_of_several_functions_some_can_be_chosen():
    source = GROUP.format("first") + GROUP.format("second")
    assert names(source, ("second",)) == ["second"]
    with pytest.raises(Unreadable, match="no reward function third; there are: first, second"):
        signatures(source, ("third",))


@pytest.mark.parametrize(
    ("source", "columns"),
    [
        ("def f(completions, answer, nums, **kwargs): return []", {"answer": False, "nums": True}),
        ("def f(prompts, completions, completion_ids, **kwargs): return []", {}),
        ("def f(completions, level=None, **kwargs): return []", {"level": False}),
        ("def f(completions, **kwargs): return [kwargs['nums'], kwargs.get('unit')]", {"nums": True, "unit": False}),
        ("def reward(r, f, e): return e['unit'] == e['solution']", {"unit": True}),
        ("def reward(r, f, e): return e['unit'] if 'unit' in e else 0", {"unit": False}),
        ("def f(completions, target", {}),
    ],
)
def test_the_columns_that_a_source_names_are_read_from_it(source, columns):
    assert columns_of(source) == columns


@pytest.mark.parametrize(
    ("body", "reads_messages"),
    [
        ("return [c[0]['content'] for c in completions]", True),
        ("return [c[0].get('content') for c in completions]", True),
        ("return [helper(c) for c in completions]", True),
        ("return [len(c) for c in completions]", False),
        ("return [json.loads(c)['name'] for c in completions]", False),
    ],
)
def test_completions_are_messages_where_the_code_reads_their_content(body, reads_messages):
    source = f"def f(completions, **kwargs):\n    {body}\ndef helper(c):\n    return c[0]['content']\n"
    assert signatures(source)[0].reads_messages is reads_messages
