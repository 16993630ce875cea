"""Whether the rows that a data set gives today are those that a run was scored on."""

import json

import pytest

from core.config import parse_config
from core.data.mapping import Row
from core.prompts.template import Markers
from core.rewards.base import Score
from core.rewards.for_trl import TrlReward
from core.rewards.scoring import EachAlone, Outcome
from core.runs.split import load_split
from core.workers.held_out import are_those_of
from core.workers.held_out_score import judged


def held_out(workspace, count, answer="A"):
    rows = [{"instruction": f"Q{i}", "response": f"{answer}{i}"} for i in range(count)]
    (workspace.uploads / "d.json").write_text(json.dumps(rows), encoding="utf-8")
    config = parse_config({"dataset": {"source": "uploads/d.json", "validation_samples": 20}})
    return load_split(config, workspace).held_out


@pytest.mark.parametrize(
    ("count", "answer", "are_the_same"),
    [(400, "A", True), (405, "A", False), (400, "B", False)],
    ids=["the same file", "a few rows more", "other answers"],
)
def test_rows_are_those_of_the_run_only_while_its_data_set_is_the_same(workspace, count, answer, are_the_same):
    scored = held_out(workspace, 400)
    samples = [{"instruction": row.instruction, "reference": row.reference, "answer": ""} for row in scored[:8]]
    evaluation = {"total": len(scored), "samples": samples}
    assert are_those_of(evaluation, held_out(workspace, count, answer)) is are_the_same


def answered(*outcomes):
    """A reward that has these outcomes for the answers, in order."""

    class Told:
        name, judges_truth, range = "told", False, None

        def score_all(self, responses, references, examples):
            return list(outcomes)

    return TrlReward(Told(), Markers())


def test_held_out_rewards_leave_out_what_does_not_apply_and_have_none_where_a_part_failed():
    scored, absent = Outcome("scored", Score(-2.0, "")), Outcome("not_applicable")
    form = EachAlone("form", lambda r, f, e: Score(1.0, ""), judges_truth=False)
    rewards = [answered(scored, absent, Outcome("failed", problem="boom")), TrlReward(form, Markers())]
    said = judged([Row("q", "r")] * 3, ["a"] * 3, rewards, {"told": 1.0, "form": -0.5})
    assert said["row_rewards"] == [-2.5, -0.5, None]
    assert (said["unscored"], said["rewards"]) == ({"told": 1}, {"told": -2.0, "form": 1.0})
