"""Dynamic sampling in the real trainer: what it replaces, what it counts, and that a resumed run goes on the same."""

import pytest

from core.config import parse_config
from core.data.mapping import Row
from core.paths import Workspace
from core.prompts.chosen import template_of
from core.rewards.base import Score
from core.rewards.for_trl import TrlReward
from core.rewards.scoring import Outcome
from core.sessions.events import read_events
from core.sessions.store import SessionStore
from core.workers.loading import TrlEngine
from core.workers.protocol import Reporter
from core.workers.train.grpo import GrpoRun, last_loadable_checkpoint
from tests.support.tiny_model import write_tiny_model

pytestmark = pytest.mark.real
ROWS = [Row(f"What is {number}?", str(number)) for number in range(12)]


class OddRowsDiffer:
    """Gives the answers to odd numbers different scores, and the same to all answers to even ones; counts them."""

    name, judges_truth = "exact-match", False

    def __init__(self):
        self.scored = 0

    def score_all(self, responses, references, examples):
        self.scored += len(responses)
        values = [float(int(number) % 2 and place % 2) for place, number in enumerate(references)]
        return [Outcome("scored", Score(value, "by its number")) for value in values]


def config(source, **changed):
    training = {"max_steps": 4, "batch_size": 8, "num_generations": 2, "max_new_tokens": 6, "max_sequence_length": 256}
    training |= {"save_steps": 2, "save_total_limit": 9, "learning_rate": 0.001}
    return parse_config(
        {
            "model": {"name": str(source), "lora_rank": 4},
            "prompt": {"template": "solution-only"},
            "training": training | changed.pop("training", {}),
            "grpo": {"dynamic_sampling": "on", **changed},
            "reward": {"preset_name": "exact-match"},
        }
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny"), pad="<|pad|>")


def trained(tiny, folder, settings, checkpoint=None):
    """The steps' metrics, their groups, and the scorer."""
    loaded = TrlEngine().load(str(tiny), settings)
    template = template_of(settings.prompt)
    scorer = OddRowsDiffer()
    workspace = Workspace(folder)
    folder.mkdir(exist_ok=True)
    store = SessionStore(workspace.create())
    paths = store.create("run", settings) if checkpoint is None else workspace.session("run")
    run = GrpoRun(loaded, settings, [TrlReward(scorer, template.markers)], paths, Reporter(paths))
    run.train(ROWS, template, lambda step: None, checkpoint)
    steps = [event for event in read_events(paths.events) if event["kind"] == "metrics"]
    groups = {step["step"]: store.groups("run", step["step"]) for step in steps}
    return steps, groups, scorer, paths


def references(groups):
    return [group["reference"] for group in groups]


def test_groups_that_teach_nothing_are_replaced_and_both_counts_are_true(tiny, tmp_path):
    steps, groups, scorer, _ = trained(tiny, tmp_path, config(tiny))
    assert [step["groups"]["kept"] for step in steps] == [4.0] * 4
    assert scorer.scored == 2 * sum(step["groups"]["sampled"] for step in steps)
    assert all(4 <= step["groups"]["sampled"] <= 12 for step in steps)
    odd = [sum(int(number) % 2 for number in references(groups[step])) for step in groups]
    assert odd[-1] >= 3, "rows whose answers differ come more often once every row has been asked"
    for step in steps:
        assert step["signal_fraction"] < 1.0
        assert step["reward"] == pytest.approx(step["signal_fraction"] / 2)  # of all completions, not of the kept ones


def test_stored_groups_have_the_scores_that_their_own_completions_got(tiny, tmp_path):
    _, groups, _, _ = trained(tiny, tmp_path, config(tiny))
    for group in groups[4]:
        values = [completion["scores"]["exact-match"]["value"] for completion in group["completions"]]
        assert values == ([0.0, 1.0] if int(group["reference"]) % 2 else [0.0, 0.0])
        assert all(
            completion["reward"] == value for completion, value in zip(group["completions"], values, strict=True)
        )


@pytest.mark.parametrize("step", ["auto", "trl"])
def test_a_resumed_run_asks_what_the_whole_run_asked(step, tiny, tmp_path):
    settings = config(tiny, training={"engine_step": step})
    _, whole, _, paths = trained(tiny, tmp_path / "whole", settings)
    _, again, _, _ = trained(tiny, tmp_path / "again", settings)
    assert {at: references(groups) for at, groups in whole.items()} == {
        at: references(groups) for at, groups in again.items()
    }
    (paths.checkpoints / "checkpoint-4").rename(tmp_path / "gone")
    _, resumed, _, _ = trained(tiny, tmp_path / "whole", settings, last_loadable_checkpoint(paths.checkpoints))
    assert [references(resumed[at]) for at in (3, 4)] == [references(whole[at]) for at in (3, 4)]


def test_tokens_of_replaced_groups_are_counted(tiny, tmp_path):
    off, _, _, _ = trained(tiny, tmp_path / "off", config(tiny, dynamic_sampling="off"))
    on, _, _, _ = trained(tiny, tmp_path / "on", config(tiny))
    assert "groups" not in off[0]
    each = [step["tokens_per_second"] * step["step_seconds"] for step in (off[0], on[0])]
    assert each[1] / on[0]["groups"]["sampled"] == pytest.approx(each[0] / 4, rel=0.25)
