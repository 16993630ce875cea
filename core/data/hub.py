"""Rows of a Hugging Face dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

DEFAULT_SUBSETS = {"openai/gsm8k": "main"}
"""Curated datasets that can't be loaded without naming a configuration."""


def hub_rows(source: str, subset: str | None, split: str, cache: Path) -> Iterator[dict]:
    """The rows of one split, downloaded to `cache` once; errors of the hub pass through to the worker's outer frame."""
    from datasets import load_dataset

    dataset = load_dataset(
        source, subset or DEFAULT_SUBSETS.get(source), split=split, cache_dir=str(cache / "datasets")
    )
    yield from dataset
