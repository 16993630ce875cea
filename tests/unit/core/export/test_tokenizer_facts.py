"""What llama.cpp is told of a tokenizer."""

import pytest

from core.export.tokenizer import CONTROL, NORMAL, UNUSED, USER_DEFINED, TokenizerFacts

QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPLIT = {"type": "Split", "pattern": {"Regex": QWEN}}
BYTES = {"type": "ByteLevel"}


def sequence(*parts):
    return {"type": "Sequence", "pretokenizers": list(parts)}


@pytest.mark.parametrize(
    ("pre_tokenizer", "name"),
    [
        (BYTES, "gpt-2"),
        (sequence({"type": "Digits", "individual_digits": True}, BYTES), "smollm"),
        (sequence(SPLIT, {**BYTES, "use_regex": False}), "qwen2"),
        (sequence({**SPLIT, "pattern": {"Regex": QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|")}}, BYTES), "llama-bpe"),
        (sequence({**SPLIT, "pattern": {"Regex": "[a-z]+"}}, BYTES), None),
        ({"type": "Whitespace"}, None),
        (None, None),
    ],
)
def test_a_pre_tokenizer_is_known_by_its_structure(pre_tokenizer, name):
    assert TokenizerFacts({"pre_tokenizer": pre_tokenizer}).pre_tokenizer == name


def metaspace(scheme):
    return {"pre_tokenizer": {"type": "Metaspace", "prepend_scheme": scheme}, "added_tokens": [{"content": "<s>"}]}


@pytest.mark.parametrize(
    ("tokenizer", "prompt", "adds"),
    [
        (metaspace("first"), "<s>[INST] Hi", False),
        (metaspace("first"), "user: Hi", True),
        (metaspace("always"), "<s>[INST] Hi", True),
        (metaspace("never"), "user: Hi", False),
        ({"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend"}, {"type": "Replace"}]}}, "<s>", True),
        ({"normalizer": {"type": "Replace"}}, "<s>", False),
        ({}, "<s>", None),
    ],
)
def test_a_space_in_front_is_set_as_training_had_it(tokenizer, prompt, adds):
    assert TokenizerFacts(tokenizer, prompt).adds_space is adds


def phi_3(rstrip):
    texts = ("</s>", "<unk>", "<s>", "<|endoftext|>", "<|end|>")
    return {"added_tokens": [{"content": text, "rstrip": rstrip and text == "<|end|>"} for text in texts]}


@pytest.mark.parametrize(
    ("tokenizer", "wanted", "name"),
    [
        ({}, "sums", "sums"),
        ({}, "my-Phi-3-trial", "my-phi 3-trial"),
        (phi_3(rstrip=False), "phi3", "phi 3"),
        (phi_3(rstrip=True), "sums", "sums (Phi-3)"),
        (phi_3(rstrip=True), "phi-3-sums", "phi-3-sums"),
    ],
)
def test_only_a_tokenizer_like_that_of_phi_3_gets_its_name(tokenizer, wanted, name):
    assert TokenizerFacts(tokenizer).name(wanted) == name


def test_added_tokens_are_marked_where_the_vocabulary_knows_nothing_of_them():
    added = [
        {"id": 0, "content": "<s>", "special": True},
        {"id": 1, "content": "<turn>", "special": True},
        {"id": 3, "content": "<tool>", "special": False},
        {"id": 9, "content": "<beyond>", "special": True},
    ]
    tokens, scores, types = [b"<s>", b"<turn>", b"a", b"[PAD3]"], [0.0] * 4, [CONTROL, NORMAL, NORMAL, UNUSED]
    TokenizerFacts({"added_tokens": added}).mark_added(tokens, scores, types)
    assert tokens == [b"<s>", b"<turn>", b"a", b"<tool>"]
    assert types == [CONTROL, CONTROL, NORMAL, USER_DEFINED]
