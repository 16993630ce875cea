"""What a configuration would do, told over REST before anything starts."""

import psutil
import pytest

from core.jsonfile import read_json
from tests.conftest import REPOSITORY

PLAN = "/api/training/plan"
DEMO = read_json(REPOSITORY / "configs" / "examples" / "demo-arithmetic.json")


@pytest.fixture
def server(shared_server):
    return shared_server


def plan(server, config):
    status, found = server.call("POST", PLAN, {"config": config})
    assert status == 200, found
    return found


def test_the_demo_is_planned_to_the_last_step(server):
    found = plan(server, DEMO)
    assert found["step"]["words"] == "One step: 8 prompts x 8 completions = 64 completions, 64 in memory at once."
    expected = {"rows": 4005, "warm_up_rows": 20, "train_rows": 3785, "held_out_rows": 200}
    expected |= {"steps": 24, "warm_up_steps": 5, "completions": 1536, "tokens_at_most": 21504, "seconds": None}
    assert {key: found["estimate"][key] for key in expected} == expected
    assert "no past run" in found["estimate"]["basis"]
    assert found["config"]["training"]["batch_size"] == 64


def test_memory_is_told_in_parts(server):
    memory = plan(server, DEMO)["memory"]
    assert [part["key"] for part in memory["parts"]][:2] == ["weights", "adapter"]
    assert memory["total_gib"] == pytest.approx(sum(part["gib"] for part in memory["parts"]))
    assert memory["available_gib"] > 0
    assert [phase["key"] for phase in memory["phases"]] == ["evaluation", "warm_up", "sampling", "learning"]
    assert max(memory["phases"], key=lambda phase: phase["gib"])["decides"]
    assert (memory["fits"] in (True, False), memory["problem"]) == (True, None)


def test_what_is_not_known_is_null_and_the_reason_is_said(server):
    found = plan(server, {"model": {"name": "some/model"}, "dataset": {"source": "some/data"}})
    assert (found["estimate"]["rows"], found["estimate"]["steps"]) == (None, None)
    assert (found["memory"]["total_gib"], found["memory"]["fits"]) == (None, None)
    assert found["memory"]["problem"] == "The shape of some/model is not known yet: check the model."


def test_notices_come_along(server):
    notices = plan(server, {"training": {"learning_rate": 0.01}})["notices"]
    assert "training.learning_rate" in [notice["field"] for notice in notices]


def test_rows_of_an_upload_are_those_that_were_counted(server):
    server.upload("plan.csv", b"instruction,response\n" + b"".join(b"q%d,a\n" % n for n in range(50)))
    estimate = plan(server, {"dataset": {"source": "uploads/plan.csv", "validation_fraction": 0.2}})["estimate"]
    assert (estimate["rows"], estimate["held_out_rows"]) == (50, 10)
    assert plan(server, {"dataset": {"source": "uploads/none.csv"}})["estimate"]["rows"] is None


def test_time_is_that_of_the_newest_run_of_the_same_model(server, until):
    server.begin("past", "steps=3 delay=0.01")
    until(lambda: server.status("past") == "completed")
    estimate = plan(server, {"training": {"max_steps": 10}})["estimate"]
    assert estimate["seconds"] == pytest.approx(0.02 * 10)
    assert "session past" in estimate["basis"]
    assert plan(server, {"model": {"name": "unsloth/phi-4"}})["estimate"]["seconds"] is None


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"training": {"batch_size": 3}}, "training.num_generations"),
        ({"model": {"name": "../x"}}, "model.name"),
        ({"dataset": {"source": "arithmetic", "parameters": {"largest": "x"}}}, "dataset.parameters"),
        ({"resources": {"gpus": [7]}}, "resources.gpus"),
        ({"training": {"sampler": "vllm"}}, "training.sampler"),
    ],
)
def test_a_configuration_that_can_not_be_used_names_its_field(server, config, field):
    status, reply = server.call("POST", PLAN, {"config": config})
    assert status == 400
    assert field in reply["error"]["fields"]


def test_the_form_is_answered_at_once(server):
    plan(server, DEMO)
    process = psutil.Process(server.process.pid)
    began = process.cpu_times().user
    for _ in range(20):
        plan(server, DEMO)
    assert (process.cpu_times().user - began) / 20 < 0.1


def test_a_template_or_reward_that_is_not_there_is_refused_while_one_types(shared_server):
    status, reply = shared_server.call("POST", "/api/training/plan", {"config": {"prompt": {"template": "lost"}}})
    assert status == 400
    assert "prompt.template" in reply["error"]["fields"]
    lost = {"config": {"reward": {"type": "custom", "custom_name": "lost"}}}
    assert "reward.custom_name" in shared_server.call("POST", "/api/training/plan", lost)[1]["error"]["fields"]
