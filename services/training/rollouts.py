"""RolloutService: reads and searches the stored completions of a run, and diagnoses a flat reward."""

from __future__ import annotations

import time
from collections.abc import Callable

from typing_extensions import NotRequired, TypedDict

from core.errors import NotFound
from core.rewards.record import Group
from core.runs.diagnosis import Diagnosis, diagnose
from core.runs.groups import AnnotatedGroup, Match, annotated, judging_of, matches
from core.sessions.store import SessionStore

SEARCH_BUDGET_S = 1.0
"""How long one search may take before it returns what it has."""


class StepCompletions(TypedDict):
    """The groups of one step, null for a run without groups; `steps` has all steps with groups, where asked for."""

    step: int | None
    groups: list[AnnotatedGroup]
    steps: NotRequired[list[int]]


class FoundMatch(Match):
    """A match and its step."""

    step: int


class SearchResult(TypedDict):
    """What a search found: `scanned` counts the steps searched, `at_step` is the last of them.

    `complete` is false when the time was up before the last step and before the limit.
    """

    matches: list[FoundMatch]
    scanned: int
    at_step: int | None
    complete: bool


class RolloutService:
    """The stored groups of the sessions.

    Args:
        store: Reads the groups.
        clock: Seconds, for the time limit of a search.
    """

    def __init__(self, store: SessionStore, clock: Callable[[], float] = time.monotonic):
        self._store = store
        self._clock = clock

    def completions(self, session_id: str, step: int | None, with_steps: bool = True) -> StepCompletions:
        """The annotated groups of one step, of the latest when `step` is None.

        Raises:
            NotFound: That step has no groups.
        """
        steps = self._store.completion_steps(session_id) if with_steps or step is None else []
        chosen = step if step is not None or not steps else steps[-1]
        judging = judging_of(self._store.config(session_id))
        groups = [] if chosen is None else self._store.groups(session_id, chosen)
        found: StepCompletions = {"step": chosen, "groups": [annotated(group, judging.markers) for group in groups]}
        if with_steps:
            found["steps"] = steps
        return found

    def search(self, session_id: str, name: str, from_step: int | None, backwards: bool, limit: int) -> SearchResult:
        """Search the steps after `from_step`, or before it, for completions that a filter matches.

        Args:
            session_id: The run.
            name: One of core.runs.groups.FILTERS, or flat.
            from_step: The step next to the first one searched; None to search all.
            backwards: Whether to search from later to earlier steps.
            limit: Stop after so many matches.
        """
        judging = judging_of(self._store.config(session_id))
        steps = self._store.completion_steps(session_id)
        ahead = [step for step in steps if from_step is None or (step < from_step if backwards else step > from_step)]
        found: list[FoundMatch] = []
        scanned, until = 0, self._clock() + SEARCH_BUDGET_S
        for step in reversed(ahead) if backwards else ahead:
            if len(found) >= limit or (scanned and self._clock() > until):
                break
            found += [{"step": step, **match} for match in matches(self._groups(session_id, step), name, judging)]
            scanned, from_step = scanned + 1, step
        is_complete = scanned == len(ahead) or len(found) >= limit
        return {"matches": found[:limit], "scanned": scanned, "at_step": from_step, "complete": is_complete}

    def diagnosis(self, session_id: str, step: int | None, window: int) -> Diagnosis:
        """Why the reward is flat, from `window` stored steps up to `step`, up to the latest when that is None."""
        judging = judging_of(self._store.config(session_id))
        steps = [stored for stored in self._store.completion_steps(session_id) if step is None or stored <= step]
        groups = [group for stored in steps[-window:] for group in self._groups(session_id, stored)]
        return diagnose(groups, judging)

    def _groups(self, session_id: str, step: int) -> list[Group]:
        """The groups of a step; none when a resume has just removed the step."""
        try:
            return self._store.groups(session_id, step)
        except NotFound:
            self._store.paths(session_id)
            return []
