"""What the page needs to know of the program: `python -m cli.facts [--write static/js/facts.js]`.

JavaScript reads these names from the written module; no value of Python is written down there by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from cli.generated import print_or_write
from constants import EMBEDDED_MODEL, MAX_UPLOAD_BYTES
from core.export.targets import RECOMMENDED
from core.rewards.custom.signature import QUESTION_NAMES, REFERENCE_NAMES
from core.rewards.section import DEFAULT_PRESET, MAX_NAME_CHARACTERS
from core.runs.model_card import EMBEDDED_HUB_ID
from core.sessions.state import FINAL

FACTS: dict[str, Any] = {
    "FINAL_STATUSES": FINAL,
    "DEFAULT_PRESET": DEFAULT_PRESET,
    "MAX_NAME_CHARACTERS": MAX_NAME_CHARACTERS,
    "REFERENCE_NAMES": REFERENCE_NAMES,
    "QUESTION_NAMES": QUESTION_NAMES,
    "RECOMMENDED_TARGET": RECOMMENDED,
    "EMBEDDED_MODEL": EMBEDDED_MODEL,
    "EMBEDDED_HUB_ID": EMBEDDED_HUB_ID,
    "MAX_UPLOAD_BYTES": MAX_UPLOAD_BYTES,
}
HEAD = "// @ts-check\n// Written by `python -m cli.facts --write static/js/facts.js`; a test holds it current.\n\n"


def facts() -> str:
    """The module."""
    return HEAD + "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in FACTS.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the module, or write it into a file."""
    return print_or_write("cli.facts", "Constants for the page.", facts, arguments)


if __name__ == "__main__":
    sys.exit(main())
