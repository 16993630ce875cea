"""Answers in pieces: silence is told, any failure ends them, and who leaves ends the answer."""

import threading

import pytest

from core.generation.sampling import Sampling
from services.answers.generation import Ask
from services.answers.stream import answer_while, pieces_of

ASK = Ask("tiny-model", [[{"role": "user", "content": "x"}]], Sampling(), request_id="a")


class Generation:
    """Answers when it is let, or stopped."""

    def __init__(self, problem=None):
        self.problem = problem
        self.gate = threading.Event()
        self.stopped = []

    def answer(self, ask, on_answer=None, on_text=None):
        assert self.gate.wait(10)
        if self.problem:
            raise self.problem
        if self.stopped:
            return [None]
        if on_text:
            on_text("two")
        return [{"text": "two"}]

    def stop(self, request_id):
        self.stopped.append(request_id)
        self.gate.set()
        return True


def test_silence_is_told_until_the_answer_comes():
    generation = Generation()
    pieces = pieces_of(generation, ASK, silence_s=0.01)
    assert next(pieces) == {}
    generation.gate.set()
    assert [piece for piece in pieces if piece] == [{"text": "two"}, {"answer": {"text": "two"}}]


@pytest.mark.parametrize("problem", [OSError("no more processes"), KeyError("x")])
def test_a_failure_that_nobody_foresaw_ends_the_stream(problem):
    generation = Generation(problem)
    generation.gate.set()
    [piece] = pieces_of(generation, ASK)
    assert type(problem).__name__ in piece["error"].message and "server.log" in piece["error"].hint


def test_closing_the_stream_ends_the_answer():
    generation = Generation()
    pieces = pieces_of(generation, ASK, silence_s=0.01)
    next(pieces)
    pieces.close()
    assert generation.stopped == ["a"]


def test_who_has_left_while_waiting_for_a_whole_answer_ends_it():
    generation = Generation()
    assert answer_while(lambda: False, generation, ASK, look_s=0.01)["finish_reason"] == "cancelled"
    assert generation.stopped == ["a"]


def test_who_stays_gets_the_whole_answer(until):
    generation, looks = Generation(), []

    def is_there():
        looks.append(1)
        generation.gate.set()
        return True

    assert answer_while(is_there, generation, ASK, look_s=0.01) == {"text": "two"}
    assert looks and generation.stopped == []
