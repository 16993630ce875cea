"""The training code around pasted rewards: imports of training libraries and what hangs on them, which is left out."""

from __future__ import annotations

import ast
import warnings

from core.rewards.custom.signature import FUNCTIONS, UNREADABLE, is_for_groups, names_in

LIBRARIES = (
    *("accelerate", "bitsandbytes", "datasets", "huggingface_hub", "peft", "torch", "transformers", "trl", "unsloth"),
    *("vllm", "wandb"),
)


def without_training(source: str) -> str:
    """`source` without the imports of LIBRARIES and the statements that need them, with the same lines.

    A library that a reward in TRL's signature uses itself stays, so that the sandbox says what it lacks.
    """
    if not any(library in source for library in LIBRARIES):
        return source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except UNREADABLE:
        return source
    rewards = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS) and is_for_groups(node)]
    used = {name for reward in rewards for name in names_in(reward)}
    lines, lost = source.split("\n"), set[str]()
    for node in tree.body:
        bound = _bound_by(node)
        is_reward = any(reward in ast.walk(node) for reward in rewards)
        hangs_on_it = bool(names_in(node) & lost) and not is_reward
        if hangs_on_it or (_is_of_a_library(node) and not bound & used):
            lost |= bound
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            lines[first - 1 : node.end_lineno] = [""] * ((node.end_lineno or first) - first + 1)
    return "\n".join(lines)


def _is_of_a_library(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in LIBRARIES
    return isinstance(node, ast.Import) and all(name.name.partition(".")[0] in LIBRARIES for name in node.names)


def _bound_by(node: ast.stmt) -> set[str]:
    """The names that a statement makes."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {name.asname or name.name.partition(".")[0] for name in node.names}
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return {node.name}
    stored = (part for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
    return {part.id for part in stored}
