"""Searching stored completions: in both directions, and no longer than it may take."""

import itertools
import json

import pytest

from core.config import RunConfig
from core.errors import NotFound
from core.sessions.store import SessionStore, completions_file
from services.training.rollouts import SEARCH_BUDGET_S, RolloutService
from tests.support.groups import completion, group


@pytest.fixture
def store(workspace):
    store = SessionStore(workspace)
    folder = store.create("run", RunConfig()).completions
    folder.mkdir()
    for step in range(1, 11):
        stored = json.dumps(group(completion("a", truncated=step % 5 == 0), completion("b", 1.0), step=step))
        (folder / completions_file(step)).write_text(stored + "\n", encoding="utf-8")
    return store


def search(store, name="truncated", from_step=None, backwards=False, limit=1, clock=lambda: 0.0):
    return RolloutService(store, clock).search("run", name, from_step, backwards, limit)


def test_a_search_goes_on_from_where_it_stopped(store):
    first = search(store)
    assert first == {
        "matches": [{"step": 5, "group": 0, "completion": 0}],
        "scanned": 5,
        "at_step": 5,
        "complete": True,
    }
    assert search(store, from_step=first["at_step"])["matches"][0]["step"] == 10
    assert search(store, from_step=10, backwards=True)["matches"][0]["step"] == 5
    assert search(store, from_step=5, backwards=True)["matches"] == []


def test_a_search_that_takes_too_long_says_how_far_it_came(store):
    ticks = itertools.count(step=SEARCH_BUDGET_S / 3)
    found = search(store, "failed", clock=lambda: next(ticks))
    assert (found["matches"], found["complete"]) == ([], False)
    assert found["scanned"] == found["at_step"] == 4
    rest = search(store, "failed", from_step=found["at_step"])
    assert (rest["scanned"], rest["complete"]) == (6, True)


def test_more_matches_than_asked_for_are_not_given(store):
    assert len(search(store, "no_answer", limit=3)["matches"]) == 3


def test_the_last_steps_are_diagnosed(store):
    found = RolloutService(store).diagnosis("run", 8, 3)
    assert (found["steps"], found["groups"], found["completions"]) == ([6, 8], 3, 6)


def test_a_step_that_is_not_stored_is_not_found_and_an_unknown_session_neither(store):
    service = RolloutService(store)
    with pytest.raises(NotFound, match="step 11"):
        service.completions("run", 11)
    with pytest.raises(NotFound, match="nobody"):
        service.completions("nobody", None)
