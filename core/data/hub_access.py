"""Asking the Hugging Face hub about a data set, keeping its answer, and saying what its refusals mean."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from constants import HUB_TIMEOUT_S
from core.catalog.hub_reach import SILENT, follow_hub, own_reach
from core.catalog.models import is_hub_id
from core.data.hub_layout import Repository, files_of
from core.errors import Broken, Conflict, InvalidInput, NotFound, Unavailable
from core.failures import GATED_CURE, HUB_CURE
from core.jsonfile import read_stored, write_json

SOURCE = "dataset.source"
HINT = 'Ids have the form owner/name, such as openai/gsm8k; a procedural task needs "kind": "procedural".'


def latest(source: str, cache: Path, notice: Callable[[str], None] = lambda text: None) -> Repository:
    """The repository on the hub; if the hub can't be reached, the one that `keep` has stored, with a notice.

    Raises:
        InvalidInput: The id is malformed.
        NotFound: There is no such data set.
        Conflict: The token is refused.
        Unavailable: The hub can't be reached, and the data set was never downloaded.
    """
    try:
        return ask(source)
    except Unavailable as error:
        kept = _kept(source, cache)
        if not kept.is_file():
            raise
        notice(f"{error.message} The copy in the cache is used.")
        return read_stored(kept, Repository)


def keep(source: str, repository: Repository, cache: Path, is_whole: bool) -> None:
    """Store which files are in the cache, for offline use; a complete older copy beats an incomplete newer one."""
    kept = _kept(source, cache)
    if is_whole or not kept.is_file():
        write_json(kept, asdict(repository))


def ask(source: str) -> Repository:
    """The hub's information on a data set, in one request of at most HUB_TIMEOUT_S.

    Raises:
        InvalidInput, NotFound, Conflict, Unavailable: As `latest`.
    """
    from huggingface_hub import HfApi

    if not is_hub_id(source):
        problem = f"{source!r} is not a Hugging Face id"
        raise InvalidInput(f"{problem}.", HINT, {SOURCE: problem})
    require_hub(source)
    with explained(source):
        info = HfApi().dataset_info(source, files_metadata=True, timeout=HUB_TIMEOUT_S)
    files = {sibling.rfilename: sibling.size for sibling in info.siblings or ()}
    card = info.card_data.to_dict() if info.card_data else {}
    return Repository(info.id, info.sha or "main", files, card, bool(info.gated))


def require_hub(source: str) -> None:
    """Go on only while the hub can be reached, so that nothing is tried for long in vain.

    Raises:
        Unavailable: It can't be.
    """
    problem = follow_hub()
    if problem is not None:
        raise _unreachable(source, problem)


def is_downloaded(source: str, subset: str | None, split: str, cache: Path) -> bool:
    """Whether all files of a split are in the cache; it asks no network."""
    if not _kept(source, cache).is_file():
        return False
    from huggingface_hub import try_to_load_from_cache

    try:
        repository = read_stored(_kept(source, cache), Repository)
    except Broken:  # another download mends it
        return False
    where: dict[str, Any] = {"cache_dir": cache / "datasets", "revision": repository.commit, "repo_type": "dataset"}
    try:
        paths = files_of(repository, subset, split)
    except InvalidInput:
        return False
    return all(isinstance(try_to_load_from_cache(repository.id, path, **where), str) for path in paths)


def _kept(source: str, cache: Path) -> Path:
    return cache / "datasets" / f"{source.replace('/', '--')}.json"


@contextmanager
def explained(source: str) -> Iterator[None]:
    """Turn exceptions of the hub's library into errors with a cure; that of a full disk is not changed.

    Raises:
        NotFound: The data set, or a file of it, does not exist.
        Conflict: It is gated, or the token is refused.
        Unavailable: The hub does not answer, or its answer is not that of a hub.
    """
    import httpx
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RemoteEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise Conflict(f"{source} is gated.", GATED_CURE, {SOURCE: "is gated"}) from error
    except RepositoryNotFoundError as error:
        hint = "Check the spelling; a private one needs HF_TOKEN."
        raise NotFound(f"The hub has no data set {source!r}.", hint, {SOURCE: "does not exist"}) from error
    except (RemoteEntryNotFoundError, RevisionNotFoundError) as error:
        problem = f"a file of {source} is gone from the hub"
        raise NotFound(f"A{problem[1:]}.", "Try again, or choose another data set.", {SOURCE: problem}) from error
    except HfHubHTTPError as error:
        raise _refusal(source, error.response.status_code) from error
    except LocalEntryNotFoundError as error:
        raise _unreachable(source, "it is not in the cache") from error
    except OfflineModeIsEnabled as error:
        raise _unreachable(source, follow_hub() or "it was away just now") from error
    except httpx.TimeoutException as error:
        raise _lost(source, SILENT) from error
    except json.JSONDecodeError as error:
        raise _unreachable(source, "something else answers in its place") from error
    except (httpx.HTTPError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise _lost(source, type(error).__name__) from error


def _lost(source: str, why: str) -> Unavailable:
    """The hub was there a moment ago; all others need not wait for it as long."""
    own_reach().note(why)
    return _unreachable(source, why)


def _refusal(source: str, status: int) -> Conflict | Unavailable:
    if status in (401, 403):
        hint = "Check that HF_TOKEN is valid and may read this data set."
        return Conflict(f"The hub refuses access to {source} ({status}).", hint, {SOURCE: "access is refused"})
    return _unreachable(source, f"it answers {status}")


def _unreachable(source: str, why: str) -> Unavailable:
    message = f"{source} can't be fetched from the Hugging Face hub ({why})."
    return Unavailable(message, HUB_CURE, {SOURCE: "can't be fetched now"})
