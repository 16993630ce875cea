"""The settings of a judge: which language model scores, by what rule, and how long it may take."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import field_validator, model_validator

from core.schema import Section, knob

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts that are this machine."""


class JudgeSettings(Section):
    """Which model judges, by what rule, and how long it may take."""

    url: str = knob("http://localhost:11434/v1", tier="essential", max_length=2048)
    """Base address of an OpenAI-compatible server (Ollama, llama.cpp, vLLM, a hosted one), up to and with /v1."""
    model: str = knob("qwen2.5:7b", tier="essential", min_length=1, max_length=512)
    """The model's name on that server. One that is also being trained must not judge itself."""
    rubric: str = knob(
        "The answer is correct, complete and clear, and claims nothing it does not show.",
        tier="essential",
        min_length=1,
        max_length=20_000,
    )
    """What a good answer is, in plain words."""
    timeout_s: float = knob(60.0, gt=0, le=600, unit="s", typical="10 to 60")
    """Longest wait for one verdict, a second try included; swapping the order takes two verdicts."""
    order_swap: bool = knob(True)
    """Where there is a reference, grade both without saying which is which, in both orders, and take the mean."""
    max_parallel: int = knob(4, ge=1, le=64, unit="requests", typical="1 to 16")
    """Questions put to the server at once."""
    api_key_variable: str = knob("", tier="expert", pattern="^(([A-Z0-9]+_)*API_KEY|LORA_CRAFT_[A-Z0-9_]+)?$")
    """Environment variable that holds the server's key, such as OPENAI_API_KEY; the key itself is never saved. It ends
    in API_KEY or begins with LORA_CRAFT_, so that no other secret can be sent away. Empty for none."""

    @field_validator("url")
    @classmethod
    def address_is_plain(cls, url: str) -> str:
        """Only http and https, in lower case, and without a secret, since the address is saved and shown."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must start with http:// or https:// and name a server")
        if parts.username is not None or parts.password is not None:
            raise ValueError("leave user and password out of it; name an api_key_variable instead")
        if parts.query or parts.fragment or parts.port == 0 or not url.isprintable() or " " in url:
            raise ValueError("it must be a server, perhaps a port, and a path such as /v1, without spaces")
        return parts.geturl().rstrip("/")

    @model_validator(mode="after")
    def key_travels_encrypted(self) -> JudgeSettings:
        """Over plain http anyone on the way could read the key."""
        address = urlsplit(self.url)
        if self.api_key_variable and address.scheme == "http" and address.hostname not in LOOPBACK:
            raise ValueError(
                f"the key in {self.api_key_variable} would travel unencrypted to {address.hostname}; "
                "use https:// in url, a server on localhost, or leave api_key_variable empty"
            )
        return self
