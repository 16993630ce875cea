"""Chats are answered together as far as memory allows."""

from core.generation.batches import MOST_TOKENS, batches


def test_short_chats_fill_batches_up_to_the_number_allowed():
    assert list(batches([100] * 120, 50)) == [(0, 50), (50, 100), (100, 120)]


def test_long_chats_go_in_smaller_batches():
    half = MOST_TOKENS // 2
    assert list(batches([10, half, half, half], 50)) == [(0, 2), (2, 4)]


def test_a_chat_that_is_longer_than_a_batch_goes_alone():
    assert list(batches([MOST_TOKENS * 2, MOST_TOKENS * 2], 50)) == [(0, 1), (1, 2)]


def test_nothing_asked_is_no_batch():
    assert list(batches([], 50)) == []
