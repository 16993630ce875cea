"""What the generation worker says of a failure, and what it does then."""

import io
import json

import pytest

import core.workers.generate.__main__ as generate
from core.errors import NotFound
from core.workers.generate.__main__ import Link, serve

REQUEST = {"id": 7, "task": "load", "model": {"model_path": "outputs/r1"}}


class Shelf:
    """A shelf that can't get what is asked for."""

    def __init__(self, error):
        self.error = error
        self.has_room = False

    def get(self, model, report):
        raise self.error

    def loaded(self):
        return [] if self.has_room else [{"model_path": "tiny-model", "device": "cpu"}]

    def make_room(self):
        self.has_room = True


def told(error):
    out = io.StringIO()
    serve(REQUEST, Shelf(error), Link(out))
    return json.loads(out.getvalue())


def test_a_failure_says_what_is_still_loaded():
    message = told(NotFound("There is no such file.", "Look."))
    assert (message["kind"], message["error"]["code"], message["is_last"]) == ("error", "not_found", False)
    assert message["loaded"] == [{"model_path": "tiny-model", "device": "cpu"}]


def test_where_memory_runs_out_others_make_room_and_the_cure_is_one_for_questions():
    message = told(RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    assert message["error"]["code"] == "out_of_memory" and message["loaded"] == []
    assert "shorter answers" in message["error"]["hint"] and "training." not in message["error"]["hint"]


def test_an_unknown_failure_names_the_log_of_answers():
    assert "logs/generation.log" in told(KeyError("surprise"))["error"]["hint"]


def test_a_failure_of_cuda_is_the_last_word_of_its_process(monkeypatch):
    out, codes = io.StringIO(), []

    def leave(code):
        codes.append(code)
        raise SystemExit

    monkeypatch.setattr(generate.os, "_exit", leave)
    with pytest.raises(SystemExit):
        serve(REQUEST, Shelf(RuntimeError("CUDA error: device-side assert triggered")), Link(out))
    message = json.loads(out.getvalue())
    assert (codes, message["is_last"], message["loaded"]) == ([1], True, [])
    assert "starts the model anew" in message["error"]["hint"]
