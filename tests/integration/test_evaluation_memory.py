"""The held-out score where memory is short: fewer rows at once, the same answers, and a word about it."""

import pytest

torch = pytest.importorskip("torch")

from core.config import parse_config  # noqa: E402 - after torch is known to be there
from core.data.mapping import Row  # noqa: E402
from core.prompts.chosen import template_of  # noqa: E402
from core.rewards.build import scorers  # noqa: E402
from core.rewards.for_trl import TrlReward  # noqa: E402
from core.workers.held_out_score import HeldOutScorer  # noqa: E402
from core.workers.loading import TrlEngine  # noqa: E402
from core.workers.reward_tools import tools  # noqa: E402
from tests.support.tiny_model import write_tiny_model  # noqa: E402

pytestmark = pytest.mark.real

ROWS = [Row(f"What is {n} + {n}?", str(2 * n)) for n in range(10)]
SETTINGS = {
    "training": {"batch_size": 4, "gradient_accumulation_steps": 2, "max_new_tokens": 6, "max_sequence_length": 256},
    "reward": {"type": "preset", "preset_name": "exact-match"},
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = write_tiny_model(tmp_path_factory.mktemp("tiny") / "model")
    return TrlEngine().load(str(folder), parse_config({"model": {"name": str(folder), "lora_rank": 4}}))


def scored(loaded, workspace, most_rows):
    """An evaluation on a model that holds `most_rows` rows at once: (its event, the sizes tried, the warnings)."""
    tried, warnings = [], []

    def measure(module, arguments, keywords):
        tried.append(keywords["input_ids"].shape[0])
        if tried[-1] > most_rows:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    config = parse_config(SETTINGS)
    rewards = [
        TrlReward(scorer, template_of(config.prompt).markers) for scorer in scorers(config.reward, tools(workspace))
    ]
    hook = loaded.model.get_base_model().register_forward_pre_hook(measure, with_kwargs=True)
    try:
        scorer = HeldOutScorer(loaded, config, template_of(config.prompt), ROWS, rewards)
        return scorer.score(lambda fraction: None, warnings.append), tried, warnings
    finally:
        hook.remove()


def test_as_many_rows_are_answered_at_once_as_a_step_samples(loaded, workspace):
    _, tried, warnings = scored(loaded, workspace, 100)
    assert (max(tried), warnings) == (8, [])


def test_half_as_many_are_where_memory_is_short_and_it_is_said(loaded, workspace):
    whole, _, _ = scored(loaded, workspace, 100)
    halved, tried, warnings = scored(loaded, workspace, 3)
    assert list(dict.fromkeys(tried)) == [8, 4, 2]
    assert warnings[-1] == "Memory is short: the held-out rows are answered 2 at a time."
    assert [sample["answer"] for sample in halved["samples"]] == [sample["answer"] for sample in whole["samples"]]


def test_one_row_that_is_too_much_ends_the_run(loaded, workspace):
    with pytest.raises(torch.OutOfMemoryError):
        scored(loaded, workspace, 0)
    assert loaded.model.training
