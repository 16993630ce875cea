"""Completions of a run over REST: browsed, searched, and asked why the reward is flat."""

import json

import pytest

from core.config import RunConfig, parse_config
from core.paths import Workspace
from core.sessions.store import SessionStore, completions_file
from tests.support.groups import completion, group

CONFIG = parse_config({"reward": {"preset_name": "exact-match"}})
RUN = "/api/training/sessions/run"
RIGHT, WRONG = "<SOLUTION>5</SOLUTION>", "😀 <SOLUTION>4</SOLUTION>"


@pytest.fixture(scope="module")
def server(shared_server):
    """A server with one session of 40 stored steps; every tenth has a right answer."""
    paths = SessionStore(Workspace(shared_server.root)).create("run", CONFIG)
    paths.completions.mkdir()
    for step in range(1, 41):
        texts = (RIGHT if step % 10 == 0 else "it is 5", WRONG)
        groups = [group(*[completion(text, float(text == RIGHT)) for text in texts], step=step)]
        lines = "".join(json.dumps(one) + "\n" for one in groups)
        (paths.completions / completions_file(step)).write_text(lines, encoding="utf-8")
    return shared_server


def test_a_step_is_shown_with_what_its_completions_say(server):
    shown = server.call("GET", f"{RUN}/completions?step=3")[1]
    assert shown["steps"] == list(range(1, 41))
    first, second = shown["groups"][0]["completions"]
    assert (first["answer"], first["mentions_reference"]) == (None, True)
    assert (second["answer"], second["mentions_reference"]) == ({"start": 13, "end": 14}, False)
    assert "stands 0 times" in second["problems"][0]


def test_the_list_of_steps_can_be_left_out(server):
    shown = server.call("GET", f"{RUN}/completions?steps=false")[1]
    assert shown["step"] == 40
    assert "steps" not in shown


def test_a_step_that_is_not_stored_is_not_found(server):
    assert server.call("GET", f"{RUN}/completions?step=41")[0] == 404


@pytest.mark.parametrize(
    ("query", "steps", "scanned"),
    [
        ("filter=flat", [1], 1),
        ("filter=flat&from_step=9", [11], 2),
        ("filter=missed&from_step=9&limit=2", [11, 12], 3),
        ("filter=no_answer&direction=previous", [39], 2),
        ("filter=no_answer&direction=previous&from_step=11", [9], 2),
        ("filter=failed", [], 40),
        ("filter=flat&from_step=40", [], 0),
    ],
)
def test_the_next_match_is_found(server, query, steps, scanned):
    found = server.call("GET", f"{RUN}/completions/search?{query}")[1]
    assert [match["step"] for match in found["matches"]] == steps
    assert (found["scanned"], found["complete"]) == (scanned, True)


def test_the_reason_for_a_flat_reward_is_given(server):
    found = server.call("GET", f"{RUN}/diagnosis?step=39&window=4")[1]
    assert found["steps"] == [36, 39]
    assert found["signal_fraction"] == 0.0
    assert {"markers_missing", "all_zero"} <= {finding["code"] for finding in found["findings"]}
    assert found["findings"][0]["examples"]


def test_a_run_without_completions_has_no_diagnosis_yet(server):
    SessionStore(Workspace(server.root)).create("empty", RunConfig())
    found = server.call("GET", "/api/training/sessions/empty/diagnosis")[1]
    assert (found["groups"], found["findings"]) == (0, [])
    assert server.call("GET", "/api/training/sessions/empty/completions")[1] == {
        "step": None,
        "steps": [],
        "groups": [],
    }
