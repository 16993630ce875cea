"""Whether the rows that a data set gives today are those that a run was scored on."""

import json

import pytest

from core.config import parse_config
from core.runs.split import load_split
from core.workers.held_out import are_those_of


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
