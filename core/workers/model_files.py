"""A model's config.json, looked at before any library makes something of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.catalog.hub_reach import follow_hub
from core.catalog.model_config import require_plain_config
from core.catalog.models import FIELD
from core.errors import InvalidInput
from core.jsonfile import read_json

ADAPTER_CONFIG = "adapter_config.json"


def checked(source: str) -> str:
    """`source` itself, a folder or a hub id, once its config.json may be handed to libraries.

    Of a hub model that file alone is fetched, through the cache that libraries then read it from. A repository that
    holds an adapter is refused, since libraries would load the base model it names, which nobody has looked at.

    Raises:
        InvalidInput: A name in it is none, or it is an adapter.
        OSError: It can't be fetched.
    """
    require_plain_config(config_of(source), source)
    adapter = _file(source, ADAPTER_CONFIG, is_needed=False)
    if adapter is not None:
        base = read_json(adapter).get("base_model_name_or_path")
        hint = f"Name its base model instead ({str(base)[:200]})." if base else "Name its base model instead."
        raise InvalidInput(f"{source} holds an adapter, not a whole model.", hint, {FIELD: "is an adapter"})
    return source


def config_of(source: str) -> Any:
    """The content of a model's config.json.

    Raises:
        NotFound, InvalidInput: A folder has none, or it is no JSON.
        OSError: It can't be fetched.
    """
    file = _file(source, "config.json", is_needed=True)
    return read_json(file or Path(source) / "config.json")


def _file(source: str, name: str, is_needed: bool) -> Path | None:
    """A file of a model; None where a folder or a repository has none that is not needed."""
    if Path(source).is_dir():
        return Path(source) / name if (Path(source) / name).is_file() else None
    from transformers.utils import cached_file

    follow_hub()
    raises = {"_raise_exceptions_for_missing_entries": is_needed, "_raise_exceptions_for_connection_errors": is_needed}
    found = cached_file(source, name, **raises)
    return None if found is None else Path(found)
