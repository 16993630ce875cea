"""Stored groups: their answers, their training signal, and the filters of a search; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import TypedDict

from core.config import RunConfig
from core.prompts.chosen import template_of
from core.prompts.template import Markers
from core.rewards.base import Range
from core.rewards.record import Completion, Group, Prompted
from core.rewards.scoring import MISSING
from core.runs.arguments import grpo_arguments

SEPARATED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))", re.ASCII)
"""A comma between thousands."""
SAME = 1e-9
"""Rewards closer than this are equal."""
WELL_PAID = 0.5
"""Share of the most possible reward from which on a wrong answer counts as paid."""


class Span(TypedDict):
    """A part of a text, in UTF-16 code units, as browsers count."""

    start: int
    end: int


class Reading(TypedDict):
    """The parsed content of a completion.

    `answer` is null without a solution or markers, `problems` describe wrong markers, and `mentions_reference` is true
    if the completion contains the reference.
    """

    answer: Span | None
    problems: list[str]
    mentions_reference: bool


class AnnotatedCompletion(Completion, Reading):
    """A completion with its parsed content."""


class AnnotatedGroup(Prompted):
    """A group with what each of its completions says."""

    completions: list[AnnotatedCompletion]


class Match(TypedDict):
    """The place of a group, or of one of its completions, in its step; `completion` is null for a whole group."""

    group: int
    completion: int | None


@dataclass(frozen=True)
class Judging:
    """How a run's completions are read and weighed.

    Attributes:
        markers: Of its prompt template.
        range: The least and the most that a completion can earn; None if it is not known.
        judges: The rewards whose full score means a correct answer.
        masks_truncated: Whether cut completions are left out of the loss.
        weights: Reward -> its weight, 1 where it is not named.
    """

    markers: Markers
    range: Range | None
    judges: tuple[str, ...]
    masks_truncated: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)

    def is_full(self, reward: float | None) -> bool:
        """Whether a reward is the most that a completion can earn; never where one of the two is not known."""
        return self.range is not None and reward is not None and reward >= self.range[1] - SAME

    def is_least(self, reward: float) -> bool:
        """Whether a reward is the least that a completion can earn; of one that is not known, no more than 0."""
        return reward <= (self.range[0] if self.range else 0.0) + SAME

    def is_well_paid(self, reward: float | None) -> bool:
        """Whether a reward is at least half of the most; where that is not known, whether it is above 0."""
        return reward is not None and reward > SAME and (self.range is None or reward >= WELL_PAID * self.range[1])


def judging_of(config: RunConfig) -> Judging:
    """How the completions of a run with this configuration are judged.

    Raises:
        InvalidInput: Its template is not written out and is not there any more.
    """
    markers, reward = template_of(config.prompt).markers, config.reward
    masks = grpo_arguments(config)["mask_truncated_completions"]
    return Judging(markers, reward.range, reward.judges_of_truth, masks, reward.weights)


def annotated(group: Group, markers: Markers) -> AnnotatedGroup:
    """A group with what each of its completions says."""
    reference = group.get("reference") or ""
    completions: Any = [{**c, **_read(c["text"], reference, markers)} for c in group["completions"]]
    shown: Any = group | {"completions": completions}
    read: AnnotatedGroup = shown
    return read


def mentions(text: str, reference: str) -> bool:
    """Whether the text contains the reference as whole words; never for an empty one.

    Case and thousands separators are ignored; 4 is not in 14, 4.5 or x4.
    """
    wanted, said = _plain(reference).strip(), _plain(text)
    place = said.find(wanted) if wanted else -1
    while place >= 0:
        if _stands_alone(said, place, place + len(wanted)):
            return True
        place = said.find(wanted, place + 1)
    return False


def rewards_of(group: Group | AnnotatedGroup) -> list[float]:
    """The rewards of a group's scored completions."""
    return [completion["reward"] for completion in group["completions"] if completion["reward"] is not None]


def differ(rewards: Sequence[float]) -> bool:
    """Whether there are at least two rewards and not all are equal: without that a group teaches nothing."""
    return len(rewards) > 1 and max(rewards) - min(rewards) >= SAME


def is_flat(group: Group | AnnotatedGroup) -> bool:
    """Whether a group teaches nothing: its rewards are equal, or fewer than two of its completions are scored."""
    return not differ(rewards_of(group))


def is_masked_out(group: Group | AnnotatedGroup, judging: Judging) -> bool:
    """Whether cut completions are left out of the loss and all scored ones of a group were: it teaches nothing."""
    scored = [completion for completion in group["completions"] if completion["reward"] is not None]
    return judging.masks_truncated and bool(scored) and all(completion["truncated"] for completion in scored)


def truths(completion: Completion, judging: Judging) -> list[float]:
    """The values of the rewards that judge truth, without missing ones."""
    scores = [completion["scores"][name]["value"] for name in judging.judges if name in completion["scores"]]
    return [value for value in scores if value is not None]


def is_missed(completion: AnnotatedCompletion, judging: Judging) -> bool:
    """Whether an annotated completion contains the reference and yet every reward that judges truth gave 0."""
    found = truths(completion, judging)
    return bool(found) and max(found) == 0 and completion["mentions_reference"]


def lacks_solution(completion: AnnotatedCompletion, judging: Judging) -> bool:
    """Whether an annotated completion shows no solution; without markers, whether it is empty."""
    return completion["answer"] is None if judging.markers.solution_start else not completion["text"].strip()


def problems_of(completion: Completion) -> list[str]:
    """Why rewards gave a completion no score, each as "name: reason"."""
    scores = completion["scores"].items()
    return [f"{name}: {score['reason']}" for name, score in scores if score["kind"] in MISSING]


def has_outcome(completion: Completion, kind: str) -> bool:
    """Whether a reward ended with `kind`: scored, not_applicable, not_run or failed."""
    return any(score["kind"] == kind for score in completion["scores"].values())


def _is_wrong_but_paid(completion: Completion, judging: Judging) -> bool:
    found = truths(completion, judging)
    return bool(found) and min(found) < 1 and judging.is_well_paid(completion["reward"])


STORED: dict[str, Callable[[Completion, Judging], bool]] = {
    "truncated": lambda completion, judging: completion["truncated"],
    "failed": lambda completion, judging: has_outcome(completion, "failed"),
    "not_run": lambda completion, judging: has_outcome(completion, "not_run"),
    "best": lambda completion, judging: judging.is_full(completion["reward"]),
    "wrong_but_paid": _is_wrong_but_paid,
}
"""Filter -> its test on a stored completion."""
READ: dict[str, Callable[[AnnotatedCompletion, Judging], bool]] = {"no_answer": lacks_solution, "missed": is_missed}
"""Filter -> its test on an annotated completion."""
FILTERS = (*STORED, *READ)
"""All that can be searched for, but `flat`, which is a matter of whole groups."""


def matches(groups: Sequence[Group], name: str, judging: Judging) -> Iterator[Match]:
    """The places in a step's groups that match the filter `name`."""
    for number, group in enumerate(groups):
        if name == "flat":
            found: list[int | None] = [None] if is_flat(group) else []
        elif name in READ:
            read = annotated(group, judging.markers)["completions"]
            found = [index for index, completion in enumerate(read) if READ[name](completion, judging)]
        else:
            stored = group["completions"]
            found = [index for index, completion in enumerate(stored) if STORED[name](completion, judging)]
        for index in found:
            yield {"group": number, "completion": index}


def _read(text: str, reference: str, markers: Markers) -> Reading:
    span = markers.solution_span(text)
    return {
        "answer": {"start": _utf16(text, span[0]), "end": _utf16(text, span[1])} if span else None,
        "problems": list(markers.parse(text).problems),
        "mentions_reference": mentions(text, reference),
    }


def _utf16(text: str, place: int) -> int:
    """The place counted in UTF-16 code units."""
    return place if text.isascii() else len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def _plain(text: str) -> str:
    return SEPARATED.sub("", text).casefold()


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if text[start].isalnum() and (before[-1:].isalnum() or re.fullmatch(r"\d[.,]", before)):
        return False
    return not (text[end - 1].isalnum() and (after[:1].isalnum() or re.fullmatch(r"[.,]\d", after)))
