"""Runs of the real trainer in which some completions have no score, and the gradient that a hand would work out.

Two prompts are sampled four times each. In the first step the parts score as in PARTS, in the second nothing does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.config import parse_config
from core.data.mapping import Row
from core.paths import Workspace
from core.prompts.chosen import template_of
from core.rewards.base import Score
from core.rewards.for_trl import Batch, TrlReward
from core.rewards.scoring import Outcome
from core.sessions.events import read_events
from core.sessions.store import SessionStore
from core.workers.loading import LoadedModel, TrlEngine, UnslothEngine
from core.workers.protocol import Reporter
from core.workers.train.grpo import GrpoRun
from tests.unsloth.hand_computed import CASES, LENGTH, PARTS, WEIGHTS, Case


class Scripted:
    """A part of the reward that scores as PARTS says, and in the second step not at all.

    Before the first loss it moves the policy away from its reference, so that there is a divergence.
    """

    judges_truth = False

    def __init__(self, name: str, weights: Sequence[Any], moved: Sequence[Any]):
        self.name = name
        self.calls = 0
        self.before_second: list[Any] = []
        self._weights = weights
        self._moved = moved

    def score_all(self, responses: Any, references: Any, examples: Any) -> list[Outcome]:
        self.calls += 1
        if self.calls == 1:
            _put(self._weights, self._moved)
        if self.calls == 2:
            self.before_second = _copy(self._weights)
        values = PARTS[self.name] if self.calls == 1 else [None] * len(responses)
        return [
            Outcome("not_run", problem="no tests") if value is None else Outcome("scored", Score(value, "by hand"))
            for value in values
        ]


class Keeping(TrlReward):
    """A reward that keeps the batch of the first step."""

    first: Batch | None = None

    def __call__(self, *arguments: Any, **columns: Any) -> list[float | None]:
        scores = super().__call__(*arguments, **columns)
        self.first = self.first or self.batch
        return scores


def unscored_under_trl(model: Path) -> dict[str, Any]:
    return _all(TrlEngine(), model)


def unscored_under_unsloth(model: Path) -> dict[str, Any]:
    return _all(UnslothEngine(), model)


def _all(engine: Any, model: Path) -> dict[str, Any]:
    """Case -> what came of it; the model is loaded once, and its adapter is no longer that of the start."""
    import torch

    loaded = engine.load(str(model), _config(model, CASES["grpo"]))
    weights = [weight for weight in loaded.model.parameters() if weight.requires_grad]
    start = _copy(weights)
    torch.manual_seed(1)
    moved = [weight + torch.randn_like(weight) * 0.003 for weight in start]
    found = {}
    for name, case in CASES.items():
        _put(weights, start)
        with tempfile.TemporaryDirectory() as folder:
            found[name] = _run(loaded, Path(folder), _config(model, case), case, weights, moved)
    return found


def _config(model: Path, case: Case) -> Any:
    components = [{"preset_name": name, "weight": WEIGHTS[name]} for name in case.parts]
    training = {"max_steps": 2, "batch_size": 2, "gradient_accumulation_steps": 4, "num_generations": 4}
    training |= {"max_new_tokens": LENGTH, "max_sequence_length": 256, "learning_rate": 0.01, "save_steps": 0}
    training |= {"max_grad_norm": 1000, "weight_decay": 0.5, "temperature": 1.0, "top_p": 1.0, "top_k": 0}
    return parse_config(
        {
            "model": {"name": str(model), "lora_rank": 4},
            "prompt": {"template": "solution-only"},
            "training": training,
            "grpo": case.grpo,
            "reward": {"type": "composite", "components": components},
        }
    )


def _adder(total: Any) -> Any:
    """A hook that adds gradients to `total` and leaves them as they are."""

    def add(gradient: Any) -> None:
        total.add_(gradient)

    return add


def _copy(weights: Sequence[Any]) -> list[Any]:
    return [weight.detach().clone() for weight in weights]


def _put(weights: Sequence[Any], values: Sequence[Any]) -> None:
    for weight, value in zip(weights, values, strict=True):
        weight.data.copy_(value)


def _run(
    loaded: LoadedModel, folder: Path, config: Any, case: Case, weights: Sequence[Any], moved: Sequence[Any]
) -> dict[str, Any]:
    """The stored groups and metrics of both steps, and how far the gradient is from the one by hand."""
    import torch

    template = template_of(config.prompt)
    scorers = [Scripted(name, weights, moved) for name in case.parts]
    rewards = [Keeping(scorer, template.markers) for scorer in scorers]
    paths = SessionStore(Workspace(folder).create()).create("run", config)
    rows = [Row(f"What is {n} + {n}?", str(n + n)) for n in range(4)]
    gradients = [torch.zeros_like(weight) for weight in weights]
    hooks = [weight.register_hook(_adder(total)) for weight, total in zip(weights, gradients, strict=True)]
    GrpoRun(loaded, config, rewards, paths, Reporter(paths)).train(rows, template, lambda step: None, None)
    for hook in hooks:
        hook.remove()
    after = _copy(weights)
    _put(weights, moved)
    by_hand = torch.autograd.grad(_loss(loaded, template, rewards[0].first, case), weights)
    largest = max(float(one.abs().max()) for one in by_hand)
    apart = max(float((one - other).abs().max()) for one, other in zip(gradients, by_hand, strict=True))
    return {
        "first": SessionStore(Workspace(folder)).groups("run", 1),
        "second": SessionStore(Workspace(folder)).groups("run", 2),
        "metrics": [event for event in read_events(paths.events) if event["kind"] == "metrics"],
        "largest": largest,
        "apart": apart / largest,
        "moved": [_most(scorers[0].before_second, moved), _most(after, scorers[0].before_second)],
    }


def _loss(loaded: LoadedModel, template: Any, batch: Batch, case: Case) -> Any:
    """The loss of the scored completions alone, one at a time, as if there were no others."""
    terms, lengths = [], []
    for question, ids, advantage, reward in zip(
        batch.instructions, batch.token_ids, case.advantages, case.rewards, strict=True
    ):
        is_cut = ids[-1] != loaded.tokenizer.eos_token_id
        if reward is None or (case.masks and is_cut):
            continue
        asked = loaded.tokenizer.apply_chat_template(
            template.messages(question), add_generation_prompt=True, tokenize=True, return_dict=False
        )
        new = _log_probabilities(loaded.model, asked, ids)
        moved = new.mean(0, keepdim=True) if case.loss == "rows" else new
        ratio = (moved - moved.detach()).exp()
        term = -advantage * ratio
        if "kl_penalty" in case.grpo:
            with loaded.model.disable_adapter():
                gap = _log_probabilities(loaded.model, asked, ids).detach() - new
            term = term + case.grpo["kl_penalty"] * ratio * (gap.exp() - 1 - gap)
        terms.append(term)
        lengths.append(len(ids))
    if case.loss == "rows":
        return sum(term.mean() for term in terms) / len(terms)
    return sum(term.sum() for term in terms) / (sum(lengths) if case.loss == "tokens" else len(terms) * LENGTH)


def _log_probabilities(model: Any, asked: list[int], ids: list[int]) -> Any:
    import torch

    logits = model(input_ids=torch.tensor([[*asked, *ids]])).logits[0, len(asked) - 1 : -1]
    return logits.log_softmax(-1).gather(-1, torch.tensor(ids)[:, None])[:, 0]


def _most(one: Sequence[Any], other: Sequence[Any]) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(one, other, strict=True))
