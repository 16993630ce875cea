"""What an export goes through, in the worker's order; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from typing_extensions import TypedDict

from core.export.targets import TARGETS, Target

WHOLE = {
    "merging": "Merge adapter and base model",
    "converting": "Convert to GGUF",
    "scoring": "Score on held-out questions",
    "packing": "Finish",
}
"""Phases that are about the whole export -> their titles."""
OF_ONE = {
    "packing": "Write {}",
    "converting": "Convert the adapter to GGUF",
    "quantising": "Quantise {}",
    "proving": "Prove {}",
}
"""Phases that are about one target -> their titles."""
SPOKEN = {"adapter": "the adapter", "merged": "the merged model", "adapter_gguf": "the adapter as GGUF"}


class Stage(TypedDict):
    """A phase of the export's worker; `target` is the one it is about, empty where it is about the whole."""

    phase: str
    target: str
    title: str


def stages(names: Sequence[str]) -> list[Stage]:
    """The stages of an export of these targets; targets that are no longer offered are left out."""
    return list(_stages([TARGETS[name] for name in names if name in TARGETS]))


def _stages(targets: Sequence[Target]) -> Iterator[Stage]:
    files = [target for target in targets if target.kind == "gguf"]
    for target in targets:
        if target.kind == "adapter":
            yield _about(target, "packing")
    if any(target.kind != "adapter" for target in targets):
        yield _whole("merging")
    for target in targets:
        if target.kind == "merged":
            yield _about(target, "proving")
    for target in targets:
        if target.kind == "adapter_gguf":
            yield from (_about(target, "converting"), _about(target, "proving"))
    if files:
        yield _whole("converting")
    for target in files:
        if not target.is_wide:
            yield _about(target, "quantising")
        yield _about(target, "proving")
    if files:
        yield _whole("scoring")
    yield _whole("packing")


def _whole(phase: str) -> Stage:
    return {"phase": phase, "target": "", "title": WHOLE[phase]}


def _about(target: Target, phase: str) -> Stage:
    spoken = SPOKEN.get(target.name, target.name.upper())
    return {"phase": phase, "target": target.name, "title": OF_ONE[phase].format(spoken)}
