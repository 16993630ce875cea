"""Hub: asks the Hugging Face hub whether it has a model, and for the model's config.json."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from constants import HUB_TIMEOUT_S
from core.catalog.hub_reach import PUBLIC_HUB, QUICK_S, HubReach
from core.catalog.model_config import require_plain_config
from core.catalog.models import FIELD, hub_id_of
from core.errors import Conflict, InvalidInput, NotFound, Unavailable
from core.failures import GATED_CURE, HUB_CURE
from core.jsonfile import JsonObject, read_json

WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
"""Files that a downloaded model has one of."""


@dataclass(frozen=True)
class Hub:
    """The Hugging Face hub, as the server's environment names it.

    Args:
        endpoint: Its address; null for the public hub.
        token: The user's token, or null.
        cache: The folder of downloaded models.
        offline: Never ask the network.
    """

    endpoint: str | None
    token: str | None
    cache: Path
    offline: bool = False

    def require(self, name: str, root: Path) -> None:
        """Check that the model `name` is local, in the cache or on the hub.

        Raises:
            NotFound: No such model.
            Conflict: It is gated, and the token does not open it.
            Unavailable: It is neither local nor cached, and the hub can't be reached.
        """
        hub_id = hub_id_of(name, root)
        if hub_id is not None and not self.is_cached(hub_id):
            self._require_network(hub_id, HUB_TIMEOUT_S, again=True)
            self._ask(hub_id)

    @property
    def reach(self) -> HubReach:
        """Whether the hub can be reached."""
        return HubReach(self.endpoint or PUBLIC_HUB, self.cache.parent, self.offline)

    def is_cached(self, hub_id: str) -> bool:
        """Whether the cache has a whole model: a look at its prompts leaves config.json and tokenizer there alone."""
        if self._cached(hub_id, "config.json") is None:
            return False
        return any(self._has_weights(hub_id, name) for name in WEIGHTS)

    def config(self, hub_id: str) -> JsonObject:
        """A model's config.json from the cache, or else from the hub; a fetched one is not added to the cache.

        Raises:
            NotFound, Conflict, Unavailable: As `require`.
            InvalidInput: It is no JSON object, or one of its names is not text.
        """
        cached = self._cached(hub_id, "config.json")
        if cached is None:
            self._require_network(hub_id, QUICK_S)
        config: JsonObject = self._fetch(hub_id) if cached is None else read_json(cached)
        require_plain_config(config, hub_id)
        return config

    def _cached(self, hub_id: str, name: str) -> Path | None:
        from huggingface_hub import try_to_load_from_cache

        found = try_to_load_from_cache(hub_id, name, cache_dir=self.cache)
        return Path(found) if isinstance(found, str) else None

    def _has_weights(self, hub_id: str, name: str) -> bool:
        """Whether a file of weights is there, and with an index all the files that it lists."""
        file = self._cached(hub_id, name)
        if file is None or not name.endswith(".index.json"):
            return file is not None
        return all(self._cached(hub_id, shard) for shard in set(read_json(file).get("weight_map", {}).values()))

    def _require_network(self, hub_id: str, patience_s: float, again: bool = False) -> None:
        problem = self.reach.problem(patience_s, again)
        if problem is not None:
            raise _unreachable(hub_id, problem)

    def _ask(self, hub_id: str) -> None:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url

        with _translated_errors(hub_id):
            url = hf_hub_url(hub_id, "config.json", endpoint=self.endpoint)
            get_hf_file_metadata(url, token=self.token or False, timeout=HUB_TIMEOUT_S)

    def _fetch(self, hub_id: str) -> Any:
        from huggingface_hub import get_session, hf_hub_url
        from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

        url = hf_hub_url(hub_id, "config.json", endpoint=self.endpoint)
        headers = build_hf_headers(token=self.token or False)
        with _translated_errors(hub_id):
            response = get_session().get(url, headers=headers, timeout=HUB_TIMEOUT_S, follow_redirects=True)
            hf_raise_for_status(response)
        try:
            return response.json()
        except ValueError as error:
            raise InvalidInput(f"The config.json of {hub_id} is not valid JSON.", "Choose another model.") from error


@contextmanager
def _translated_errors(hub_id: str) -> Iterator[None]:
    """Turn the hub's errors into ours."""
    import httpx
    from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    try:
        yield
    except GatedRepoError as error:
        raise Conflict(f"{hub_id} is gated.", GATED_CURE, {FIELD: "is gated"}) from error
    except (RepositoryNotFoundError, EntryNotFoundError) as error:
        hint = "Check the spelling; a private model needs HF_TOKEN."
        raise NotFound(f"The hub has no model {hub_id!r}.", hint, {FIELD: "does not exist"}) from error
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        raise _unreachable(hub_id, type(error).__name__) from error


def _unreachable(hub_id: str, why: str) -> Unavailable:
    message = f"{hub_id} is not in the cache and the hub can't be reached ({why})."
    return Unavailable(message, HUB_CURE, {FIELD: "can't be fetched now"})
