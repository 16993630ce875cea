"""Rollouts: the stored completions of a run, read, searched, and asked why the reward is flat."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.errors import NotFound
from core.rewards.record import Group
from core.runs.diagnosis import Diagnosis, diagnose
from core.runs.groups import annotated, judging_of, matches
from core.sessions.store import SessionStore

SEARCH_BUDGET_S = 1.0
"""How long one search may take before it says how far it came."""


class RolloutService:
    """The stored groups of the sessions.

    Args:
        store: Reads them.
        clock: Seconds, for the time that a search may take.
    """

    def __init__(self, store: SessionStore, clock: Callable[[], float] = time.monotonic):
        self._store = store
        self._clock = clock

    def completions(self, session_id: str, step: int | None, with_steps: bool = True) -> dict[str, Any]:
        """The groups of one step, the latest when null, with what each completion says; and the steps there are.

        Raises:
            NotFound: That step has none.
        """
        steps = self._store.completion_steps(session_id) if with_steps or step is None else []
        chosen = step if step is not None or not steps else steps[-1]
        judging = judging_of(self._store.config(session_id))
        groups = [] if chosen is None else self._store.groups(session_id, chosen)
        found = {"step": chosen, "groups": [annotated(group, judging.markers) for group in groups]}
        return found | ({"steps": steps} if with_steps else {})

    def search(self, session_id: str, name: str, from_step: int | None, backwards: bool, limit: int) -> dict[str, Any]:
        """The next places, in steps after `from_step` or before it, that hold what a filter looks for.

        Args:
            session_id: Which run.
            name: One of core.runs.groups.FILTERS, or flat.
            from_step: The step to start beside; null for the first one, or backwards the last.
            backwards: Whether to go towards earlier steps.
            limit: Stop after so many matches.
        Returns:
            matches, scanned (steps looked at), at_step (the last of them) and complete: false when the time was up.
        """
        judging = judging_of(self._store.config(session_id))
        steps = self._store.completion_steps(session_id)
        ahead = [step for step in steps if from_step is None or (step < from_step if backwards else step > from_step)]
        found: list[dict] = []
        scanned, until = 0, self._clock() + SEARCH_BUDGET_S
        for step in reversed(ahead) if backwards else ahead:
            if len(found) >= limit or (scanned and self._clock() > until):
                break
            found += [{"step": step, **match} for match in matches(self._groups(session_id, step), name, judging)]
            scanned, from_step = scanned + 1, step
        is_complete = scanned == len(ahead) or len(found) >= limit
        return {"matches": found[:limit], "scanned": scanned, "at_step": from_step, "complete": is_complete}

    def diagnosis(self, session_id: str, step: int | None, window: int) -> Diagnosis:
        """Why the reward is flat, from the last `window` stored steps up to `step`, the latest when null."""
        judging = judging_of(self._store.config(session_id))
        steps = [one for one in self._store.completion_steps(session_id) if step is None or one <= step]
        return diagnose([group for one in steps[-window:] for group in self._groups(session_id, one)], judging)

    def _groups(self, session_id: str, step: int) -> list[Group]:
        """The groups of a step; none when a resume has removed it meanwhile."""
        try:
            return self._store.groups(session_id, step)
        except NotFound:
            self._store.paths(session_id)
            return []
