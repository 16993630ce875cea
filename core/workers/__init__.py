"""The child processes; only here may torch, unsloth, trl, transformers, peft and llama.cpp be imported.

The repository goes to the end of the module path, so that its websockets/ does not hide the PyPI package of that name
from the libraries a worker loads.
"""

import sys
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.sort(key=lambda entry: Path(entry or ".").resolve() == _REPOSITORY)
