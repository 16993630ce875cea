"""What rewards in a child process get from outside."""

from __future__ import annotations

import os

from core.paths import Workspace
from core.rewards.build import RewardTools


def tools(workspace: Workspace) -> RewardTools:
    """The cache of verdicts below the workspace, and the environment, which may hold a judge's key."""
    return RewardTools(workspace.cache / "judge.sqlite", os.environ)
