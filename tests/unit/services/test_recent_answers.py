"""What is kept of the newest requests to models."""

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from services.answers.recent import KEPT, RecentAnswers


def message(request_id, column=0, text="", tokens=0, kind="text"):
    return {
        "request_id": request_id, "column": column, "kind": kind, "text": text,
        "tokens": tokens, "seconds": 1.0, "message": "",
    }  # fmt: skip


def test_the_text_so_far_can_be_read_while_it_is_being_answered():
    recent, seen = RecentAnswers(), []

    def answer():
        recent.note(message("q", text="4", tokens=1))
        recent.note(message("q", text="2", tokens=2))
        seen.append(recent.get("q"))
        return {"response": "42"}

    assert recent.keep("q", 1, answer) == {"response": "42"}
    assert seen[0]["is_pending"] and seen[0]["reply"] is None
    assert (seen[0]["columns"][0]["text"], seen[0]["columns"][0]["tokens"]) == ("42", 2)
    assert recent.get("q")["reply"] == {"response": "42"}
    assert not recent.get("q")["is_pending"]


def test_columns_do_not_mix():
    recent = RecentAnswers()

    def answer():
        recent.note(message("q", 1, "right"))
        recent.note(message("q", 0, "left"))
        recent.note(message("other", 0, "nobody's"))
        return {}

    recent.keep("q", 2, answer)
    assert [column["text"] for column in recent.get("q")["columns"]] == ["left", "right"]


def test_a_refusal_is_kept_and_raised():
    recent = RecentAnswers()

    def refuse():
        raise InvalidInput("No.", "Ask otherwise.", {"prompt": "no"})

    with pytest.raises(InvalidInput):
        recent.keep("q", 1, refuse)
    assert recent.get("q")["error"]["fields"] == {"prompt": "no"}


def test_two_requests_under_way_can_not_have_one_name():
    recent = RecentAnswers()
    with pytest.raises(Conflict, match="being answered"):
        recent.keep("q", 1, lambda: recent.keep("q", 1, dict))


def test_a_request_without_a_name_is_not_kept():
    recent = RecentAnswers()
    assert recent.keep("", 1, lambda: {"response": "x"}) == {"response": "x"}
    with pytest.raises(NotFound):
        recent.get("")


def test_the_oldest_goes_first():
    recent = RecentAnswers()
    for number in range(KEPT + 1):
        recent.keep(f"q{number}", 1, dict)
    with pytest.raises(NotFound, match="any more"):
        recent.get("q0")
    assert recent.get("q1")


def test_reports_are_noted_and_passed_on():
    recent, passed = RecentAnswers(), []
    publish = recent.listen(lambda topic, payload: passed.append(topic))

    def answer():
        publish("generation", message("q", text="x"))
        publish("model", {})
        return {}

    recent.keep("q", 1, answer)
    assert passed == ["generation", "model"]
    assert recent.get("q")["columns"][0]["text"] == "x"
