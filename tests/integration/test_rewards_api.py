"""Rewards and prompts over HTTP: the catalogue, trying out, the bench, custom rewards, templates, judges."""

import pytest

from core.rewards.presets import PRESETS
from tests.support.judge import JudgeStandIn, fair

SOURCE = """
def reward(response, reference, example):
    print("asked", example["instruction"])
    if example["solution"] == reference:
        return 1.0, "the same"
    return 0.0, "another"
"""
PYTHON = {"kind": "python", "source": SOURCE, "description": "Equality, told in prints."}
CUSTOM = {"type": "custom", "custom_name": "mine"}
RECIPE = {
    "kind": "recipe",
    "recipe": {
        "checks": [
            {"kind": "equals_reference", "required": True},
            {"kind": "one_line", "weight": 0.5},
        ]
    },
}


def rows(*texts, reference="4"):
    return [{"response": text, "reference": reference, "instruction": "What is 2 + 2?"} for text in texts]


@pytest.fixture
def server(shared_server):
    yield shared_server
    for known in shared_server.call("GET", "/api/rewards/custom")[1]["custom"]:
        shared_server.call("DELETE", f"/api/rewards/custom/{known['name']}")


def tried(server, reward, given, **sections):
    body = {"config": {"reward": reward, "prompt": {"template": "solution-only"}, **sections}, "rows": given}
    status, reply = server.call("POST", "/api/rewards/test", body)
    assert status == 200, reply
    return reply["results"]


def test_the_catalogue_shows_everything_about_every_preset(server):
    listed = {preset["name"]: preset for preset in server.call("GET", "/api/rewards/list")[1]["rewards"]}
    assert set(listed) == set(PRESETS)
    length = listed["length"]
    assert length["parameters"][0]["minimum"] is not None
    assert {sample["kind"] for sample in length["samples"]} == {"good", "bad"}
    assert "math" in listed["math-science"]["aliases"]


def test_texts_are_scored_with_reasons_and_the_parts_of_a_composite_stay_apart(server):
    reward = {
        "type": "composite",
        "components": [{"preset_name": "math"}, {"preset_name": "solution-format", "weight": 0.5}],
    }
    right, wrong, bare = tried(server, reward, rows("<SOLUTION>8/2</SOLUTION>", "<SOLUTION>5</SOLUTION>", "4"))
    assert right["total"] == 1.5
    assert right["scores"]["math-science"] == {"value": 1.0, "reason": "'8/2' equals '4'", "kind": "scored"}
    assert (wrong["total"], wrong["scores"]["solution-format"]["value"]) == (0.5, 1.0)
    assert bare["total"] == 0.0
    assert bare["parsed"]["problems"]


def test_the_data_sets_own_answers_can_be_tried(server):
    status, reply = server.call("POST", "/api/rewards/test", {"config": {"prompt": {"template": "solution-only"}}})
    assert status == 200
    assert len(reply["results"]) == 10
    assert {result["total"] for result in reply["results"]} == {1.0}
    assert reply["ms_per_completion"]["math-science"] > 0


def test_the_completions_of_a_past_run_are_scored_anew(server, until):
    server.begin("past", "steps=2")
    until(lambda: server.status("past") == "completed")
    body = {"config": {"prompt": {"template": "solution-only"}}, "session_id": "past"}
    status, reply = server.call("POST", "/api/rewards/test", body)
    assert status == 200, reply
    assert [result["total"] for result in reply["results"]] == [1.0, 0.0]
    assert server.call("POST", "/api/rewards/test", {**body, "step": 99})[0] == 404
    assert server.call("POST", "/api/rewards/test", {**body, "session_id": "nobody"})[0] == 404


def test_a_python_reward_is_saved_with_versions_and_its_prints_are_shown(server):
    status, saved = server.call("PUT", "/api/rewards/custom/mine", PYTHON)
    assert (status, saved["version"]) == (201, 1)
    assert server.call("PUT", "/api/rewards/custom/mine", PYTHON)[1]["version"] == 1
    changed = {**PYTHON, "source": SOURCE.replace("the same", "equal")}
    assert server.call("PUT", "/api/rewards/custom/mine", changed)[1]["versions"] == [1, 2]
    assert server.call("GET", "/api/rewards/custom/mine?version=1")[1]["definition"]["source"] == SOURCE
    assert server.call("GET", "/api/rewards/custom/mine?version=9")[0] == 404
    (result,) = tried(server, CUSTOM, rows("<SOLUTION>4</SOLUTION>"))
    assert result["scores"]["mine"] == {
        "value": 1.0,
        "reason": "equal",
        "kind": "scored",
        "prints": "asked What is 2 + 2?\n",
    }
    assert server.call("DELETE", "/api/rewards/custom/mine")[0] == 200
    assert server.call("GET", "/api/rewards/custom")[1]["custom"] == []


def test_a_recipe_is_saved_and_scores(server):
    assert server.call("PUT", "/api/rewards/custom/mine", RECIPE)[0] == 201
    right, wrong = tried(server, CUSTOM, rows("<SOLUTION>4</SOLUTION>", "<SOLUTION>5</SOLUTION>"))
    assert (right["total"], wrong["total"]) == (1.0, 0.0)
    assert right["scores"]["mine"]["parts"]


PASTED = """import re
def ladder(completions, answer, **kwargs):
    found = [re.findall("<SOLUTION>(.*?)</SOLUTION>", one[0]["content"], re.S) for one in completions]
    return [-2.0 if not given else 3.0 if given[-1].strip() == a else -1 for given, a in zip(found, answer)]
"""
NUMBERS = "def f(completions, nums, **kwargs):\n    return [float(len(n)) for n in nums]\n"
ON_DATA = {"prompt": {"template": "solution-only"}, "dataset": {"source": "arithmetic"}}


def scores_of(trial):
    return {answer["kind"]: answer["score"]["value"] for answer in trial["answers"]}


def test_saving_shows_what_the_reward_makes_of_the_data_sets_answer_a_wrong_one_and_nonsense(server):
    status, saved = server.call("PUT", "/api/rewards/custom/mine", {"source": PASTED, "config": ON_DATA})
    assert status == 201, saved
    trial = saved["trial"]
    assert scores_of(trial) == {"right": 3.0, "wrong": -1.0, "nonsense": -2.0}
    assert (trial["is_sample"], trial["seen"], trial["warnings"]) == (False, [-2.0, 3.0], [])
    assert (saved["columns"], saved["functions"]) == ({"answer": False}, ["ladder"])


def test_a_reward_is_tried_without_being_saved_and_is_warned_of_but_not_refused(server):
    flat = "def f(completions, **kwargs):\n    return [1.0 for _ in completions]\n"
    status, trial = server.call("POST", "/api/rewards/try", {"definition": {"source": flat}})
    assert status == 200, trial
    assert trial["is_sample"]
    assert any("no more than a wrong one (1)" in warning for warning in trial["warnings"])
    assert server.call("GET", "/api/rewards/custom")[1]["custom"] == []
    status, reply = server.call("POST", "/api/rewards/try", {"definition": {"source": "x = 1"}})
    assert (status, reply["error"]["fields"].keys()) == (400, {"source"})


def test_tags_that_the_template_never_asks_for_are_warned_of(server):
    other = PASTED.replace("SOLUTION", "answer")
    trial = server.call("POST", "/api/rewards/try", {"definition": {"source": other}, "config": ON_DATA})[1]
    assert trial["warnings"][0].startswith("It looks for <answer> </answer>, and the prompt template has <SOLUTION>")


def test_a_ladder_is_tested_benched_and_bounded_by_its_range(server):
    definition = {"source": PASTED, "range": [-2, 3]}
    assert server.call("PUT", "/api/rewards/custom/mine", definition)[0] == 201
    body = {
        "config": {**ON_DATA, "reward": CUSTOM},
        "rows": rows("<SOLUTION>4</SOLUTION>", "<SOLUTION>5</SOLUTION>", ""),
    }
    tested = server.call("POST", "/api/rewards/test", body)[1]
    assert [result["total"] for result in tested["results"]] == [3.0, -1.0, -2.0]
    assert (tested["least"], tested["most"]) == (-2.0, 3.0)
    report = server.call("POST", "/api/rewards/bench", {"config": body["config"], "samples": 20})[1]["rewards"]["mine"]
    assert (report["declared"], report["seen"], report["grade"]) == ([-2.0, 3.0], [-2.0, 3.0], "A")


def test_a_column_that_a_reward_names_is_asked_for_before_the_start(server):
    assert server.call("PUT", "/api/rewards/custom/mine", {"source": NUMBERS})[0] == 201
    config = {"reward": CUSTOM, "dataset": {"source": "arithmetic"}}
    status, reply = server.call("POST", "/api/training/start", {"config": config})
    assert status == 400, reply
    assert reply["error"]["fields"].keys() == {"reward.fields.nums"}
    assert "there is no column 'nums'" in reply["error"]["message"]


BAD = {
    "broken syntax": ("def reward(response, reference, example):\n    return (", "line 2"),
    "no score but a generator": ("def reward(response, reference, example):\n    yield 1\n", "reward"),
    "another name": ("def score(response):\n    return 1\n", "reward"),
    "no score": ("def reward(response, reference, example):\n    return 'good'\n", "good"),
    "one score for all": ("def mine(completions, **kwargs):\n    return 1.0\n", "a list with one score"),
    "a missing module": ("import sklearn\ndef reward(response, reference, example):\n    return 1\n", "sklearn"),
    "no end": ("def reward(response, reference, example):\n    while True:\n        pass\n", "ran longer than"),
}


@pytest.mark.parametrize(("source", "told"), BAD.values(), ids=BAD.keys())
def test_source_that_can_not_be_used_is_refused_at_saving_with_its_place(server, source, told):
    status, reply = server.call("PUT", "/api/rewards/custom/mine", {"kind": "python", "source": source})
    assert status == 400, reply
    assert told in str(reply["error"])
    assert server.call("GET", "/api/rewards/custom")[1]["custom"] == []


@pytest.mark.parametrize(
    "body", ["open('/etc/passwd').read()", "assert __import__('os').system('id') == 0", "__import__('socket').socket()"]
)
def test_custom_code_reaches_nothing_outside(server, body):
    source = f"def reward(response, reference, example):\n    if response == 'go':\n        {body}\n    return 1.0\n"
    assert server.call("PUT", "/api/rewards/custom/mine", {"kind": "python", "source": source})[0] == 201
    (result,) = tried(server, CUSTOM, rows("go"))
    assert result["scores"]["mine"]["kind"] == "failed"
    assert result["scores"]["mine"]["value"] is None


def test_the_bench_grades_a_good_reward_well_and_a_generous_one_badly(server):
    config = {"prompt": {"template": "solution-only"}}
    good = server.call("POST", "/api/rewards/bench", {"config": config, "samples": 20})[1]["rewards"]["math-science"]
    assert good["grade"] in "AB"
    assert good["compared"] == 20
    generous = "def reward(response, reference, example):\n    return 1.0\n"
    server.call("PUT", "/api/rewards/custom/mine", {"kind": "python", "source": generous})
    report = server.call("POST", "/api/rewards/bench", {"config": {**config, "reward": CUSTOM}, "samples": 20})[1]
    assert report["rewards"]["mine"]["grade"] == "F"
    assert any(finding["evidence"] for finding in report["rewards"]["mine"]["findings"])


def test_a_judge_scores_as_one_part_and_its_absence_is_no_zero(server):
    with JudgeStandIn(fair("<SOLUTION>4</SOLUTION>")) as judge:
        part = {"judge": {"url": judge.url, "model": "stand-in", "timeout_s": 5}, "weight": 2.0}
        reward = {"type": "composite", "components": [{"preset_name": "exact-match"}, part]}
        right, wrong = tried(server, reward, rows("<SOLUTION>4</SOLUTION>", "<SOLUTION>5</SOLUTION>"))
        assert right["scores"]["judge"]["value"] > wrong["scores"]["judge"]["value"]
        calls = judge.calls
        tried(server, reward, rows("<SOLUTION>4</SOLUTION>", "<SOLUTION>5</SOLUTION>"))
        assert judge.calls == calls
    (unjudged,) = tried(server, reward, rows("<SOLUTION>6</SOLUTION>"))
    assert unjudged["scores"]["judge"]["value"] is None
    assert unjudged["scores"]["judge"]["kind"] == "failed"


def test_code_the_sandbox_lacks_is_not_run_rather_than_wrong(server):
    given = [
        {"response": f"```python\n{code}\n```", "extras": {"tests": ["assert f(2) == 4"]}}
        for code in ("def f(n):\n    return n * 2", "def f(n):\n    return n", "import sklearn\ndef f(n): pass")
    ]
    body = {"config": {"reward": {"preset_name": "programming"}, "prompt": {"template": "plain"}}, "rows": given}
    results = server.call("POST", "/api/rewards/test", body)[1]["results"]
    assert [result["scores"]["programming"]["value"] for result in results] == [1.0, 0.0, None]
    assert results[2]["scores"]["programming"]["kind"] == "not_run"


def test_a_run_keeps_the_reward_and_the_template_it_was_started_with(server, until):
    server.call("PUT", "/api/rewards/custom/mine", PYTHON)
    template = {
        "system_prompt": "Answer in <a></a>.",
        "solution_start": "<a>",
        "solution_end": "</a>",
        "template": "plain",
    }
    assert server.call("PUT", "/api/prompts/short", template)[0] == 201
    config = {"name": "steps=1", "prompt": {"template": "short"}, "reward": CUSTOM}
    status, reply = server.call("POST", "/api/training/start", {"session_id": "frozen", "config": config})
    assert status == 202, reply
    until(lambda: server.status("frozen") == "completed")
    server.call("DELETE", "/api/rewards/custom/mine")
    assert server.call("DELETE", "/api/prompts/short")[0] == 200
    kept = server.session("frozen")["config"]
    assert kept["reward"]["custom"]["source"] == SOURCE
    assert kept["reward"]["sandbox"] in ("system", "monty")
    assert kept["prompt"]["solution_start"] == "<a>"
    fork = {"session_id": "forked", "config": {"name": "steps=1"}}
    assert server.call("POST", "/api/training/sessions/frozen/fork", fork)[0] == 202
    until(lambda: server.status("forked") == "completed")


def test_templates_are_saved_listed_previewed_and_deleted(server, tmp_path_factory):
    values = {
        "template": "grpo-default",
        "system_prompt": "Think in <start_working_out>, <end_working_out>; <SOLUTION>, </SOLUTION>.",
    }
    assert server.call("PUT", "/api/prompts/mine", values)[0] == 201
    listed = {prompt["name"]: prompt for prompt in server.call("GET", "/api/prompts")[1]["prompts"]}
    assert listed["mine"]["solution_start"] == "<SOLUTION>"
    assert not listed["mine"]["shipped"]
    assert listed["grpo-default"]["shipped"]
    assert server.call("GET", "/api/prompts/mine")[1]["system_prompt"] == values["system_prompt"]
    assert server.call("DELETE", "/api/prompts/mine")[0] == 200
    assert server.call("GET", "/api/prompts/mine")[0] == 404


def test_a_template_that_never_mentions_its_markers_is_refused(server):
    values = {"template": "plain", "system_prompt": "Be brief.", "solution_start": "<a>", "solution_end": "</a>"}
    status, reply = server.call("PUT", "/api/prompts/mine", values)
    assert status == 400
    assert "never mentions <a> and </a>" in reply["error"]["message"]


def test_a_completion_is_read_into_its_parts(server):
    body = {"completion": "<start_working_out>2 + 2<end_working_out><SOLUTION>5</SOLUTION><SOLUTION>4</SOLUTION>"}
    parsed = server.call("POST", "/api/prompts/parse", body)[1]
    assert (parsed["reasoning"], parsed["solution"]) == ("2 + 2", "4")
    assert "stands 2 times" in parsed["problems"][0]


def test_text_of_users_is_never_evaluated(server):
    tricky = "{{ 7 * 7 }} {% for x in y %} {instruction} ${HOME} %(x)s"
    body = {"instruction": tricky, "prompt": {"system_prompt": tricky}}
    status, seen = server.call("POST", "/api/prompts/preview", {**body, "model": "no-one/nothing"})
    assert status == 200
    assert [message["content"] for message in seen["messages"]] == [tricky, tricky]
    assert seen["problem"]["fields"] == {"model.name": "not at hand"}
