"""The preset library: name -> function, what it judges, and two samples that the catalogue shows and tests run."""

from __future__ import annotations

from dataclasses import dataclass

from core.prompts.template import GRPO_DEFAULT, SOLUTION_ONLY, Markers
from core.rewards.answers import exact_match, math_science
from core.rewards.base import Example, RewardFunction
from core.rewards.form import solution_format


@dataclass(frozen=True)
class Preset:
    """One shipped reward; `judges_truth` says whether a full score means a correct answer."""

    title: str
    function: RewardFunction
    judges_truth: bool
    summary: str
    markers: Markers
    reference: str
    good: str
    bad: str

    @property
    def sample(self) -> Example:
        """The example its two samples answer."""
        return Example("", self.markers)


PRESETS: dict[str, Preset] = {
    "math-science": Preset(
        "Math & Science",
        math_science,
        True,
        "The solution is mathematically equal to the reference, judged by math-verify.",
        GRPO_DEFAULT.markers,
        "0.5",
        "<start_working_out>2 of 4 parts<end_working_out><SOLUTION>\\frac{1}{2}</SOLUTION>",
        "The answer could be 0.5 or 5.",
    ),
    "exact-match": Preset(
        "Exact Match",
        exact_match,
        True,
        "The solution is the reference, ignoring case, spacing and how a number is written.",
        SOLUTION_ONLY.markers,
        "1000",
        "<SOLUTION>1,000</SOLUTION>",
        "<SOLUTION>100</SOLUTION> 1000",
    ),
    "solution-format": Preset(
        "Solution Format",
        solution_format,
        False,
        "Every marker of the prompt template stands once, in order, around some text.",
        GRPO_DEFAULT.markers,
        "",
        "<start_working_out>7 x 8<end_working_out><SOLUTION>56</SOLUTION>",
        "<SOLUTION>56</SOLUTION><SOLUTION>",
    ),
}
ALIASES = {
    "math": "math-science",
    "math & science": "math-science",
    "exact": "exact-match",
    "format": "solution-format",
}


def resolve_preset(name: str) -> str | None:
    """The canonical name of a preset given by name, title or alias; None when there is none."""
    plain = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    dashed = plain.replace(" ", "-")
    return dashed if dashed in PRESETS else ALIASES.get(plain)
