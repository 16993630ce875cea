"""Ask the Hugging Face hub, before a run starts, whether its model can be had."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from constants import HUB_TIMEOUT_S
from core.catalog.models import FIELD, hub_id_of
from core.errors import Conflict, NotFound, Unavailable
from core.failures import GATED_CURE, HUB_CURE


@dataclass(frozen=True)
class Hub:
    """The model hub as the server's environment names it.

    Args:
        endpoint: Its address; null for the public hub.
        token: The user's token, or null.
        cache: Where downloaded models lie.
        offline: Never ask the network.
    """

    endpoint: str | None
    token: str | None
    cache: Path
    offline: bool = False

    def require(self, name: str, root: Path) -> None:
        """Check that the model `name` is at hand, in the cache, or offered by the hub.

        Raises:
            NotFound: No such model.
            Conflict: It is gated, and the token does not open it.
            Unavailable: It is not at hand and the hub can't be reached.
        """
        hub_id = hub_id_of(name, root)
        if hub_id is None or self._is_cached(hub_id):
            return
        if self.offline:
            raise _unreachable(hub_id, "the server runs offline")
        self._ask(hub_id)

    def _is_cached(self, hub_id: str) -> bool:
        from huggingface_hub import try_to_load_from_cache

        return isinstance(try_to_load_from_cache(hub_id, "config.json", cache_dir=self.cache), str)

    def _ask(self, hub_id: str) -> None:
        import httpx
        from huggingface_hub import get_hf_file_metadata, hf_hub_url
        from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

        url = hf_hub_url(hub_id, "config.json", endpoint=self.endpoint)
        try:
            get_hf_file_metadata(url, token=self.token or False, timeout=HUB_TIMEOUT_S)
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
