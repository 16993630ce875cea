"""Model names: the embedded model, a local folder, or a Hugging Face id."""

from __future__ import annotations

import re
from pathlib import Path

from constants import EMBEDDED_MODEL
from core.errors import InvalidInput, NotFound
from core.paths import MAX_PATH_CHARACTERS

FIELD = "model.name"
HUB_ID = re.compile(r"(?=.{1,96}$)[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


def local_model(name: str, root: Path) -> Path | None:
    """The model folder that `name` points to, absolute or below `root`; None when it names no folder.

    Raises:
        InvalidInput: The name climbs out of its folder with `..`.
    """
    if ".." in Path(name.replace("\\", "/")).parts:
        problem = "a model path can't contain '..'"
        raise InvalidInput(f"{name!r}: {problem}.", "Give the absolute path.", {FIELD: problem})
    if "\0" in name or len(name) > MAX_PATH_CHARACTERS:
        return None
    candidates = (Path(name), root / name)
    return next((folder for folder in candidates if (folder / "config.json").is_file()), None)


def is_hub_id(name: str) -> bool:
    """Whether a name has the form owner/model."""
    return HUB_ID.fullmatch(name) is not None and "--" not in name and ".." not in name and not name.endswith(".git")


def hub_id_of(name: str, root: Path) -> str | None:
    """The hub id of a model, or None for a local one.

    Raises:
        NotFound: The name is neither the embedded model, nor a local model folder, nor of the form owner/model.
    """
    if name == EMBEDDED_MODEL or local_model(name, root):
        return None
    if is_hub_id(name):
        return name
    problem = f"{name!r} is neither a folder with a config.json nor a Hugging Face id"
    hint = f"Use {EMBEDDED_MODEL}, owner/model from Hugging Face, or a folder."
    raise NotFound(f"There is no such model: {problem}.", hint, {FIELD: problem})
