"""Which kinds of layer carry an adapter, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

AdaptedLayers = Mapping[str, Sequence[int]]
"""Kind of linear layer, such as q_proj -> [how many carry an adapter, how many there are]."""


def adapter_words(layers: AdaptedLayers) -> str:
    """How many layers of each kind carry an adapter, and which kinds carry none."""
    carrying = {kind: adapted for kind, (adapted, _) in layers.items() if adapted}
    words = f"{sum(carrying.values())} layers ({', '.join(f'{kind} {count}' for kind, count in carrying.items())})"
    without = kinds_without(layers)
    return f"{words}; none on {', '.join(without)}" if without else words


def kinds_without(layers: AdaptedLayers) -> list[str]:
    """The kinds of layer that no adapter is on."""
    return [kind for kind, (adapted, _) in layers.items() if not adapted]
