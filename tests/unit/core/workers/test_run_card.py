"""The card of a run: which layers carry an adapter, in words."""

from core.workers.run_card import adapter_words, kinds_without


def test_the_kinds_are_counted():
    assert adapter_words({"k_proj": [2, 2], "q_proj": [2, 2]}) == "4 layers (k_proj 2, q_proj 2)"


def test_a_kind_without_an_adapter_is_named():
    layers = {"down_proj": [2, 2], "qkv_proj": [0, 2]}
    assert kinds_without(layers) == ["qkv_proj"]
    assert adapter_words(layers) == "2 layers (down_proj 2); none on qkv_proj"
