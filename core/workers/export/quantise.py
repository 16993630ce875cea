"""Quantising: the llama-quantize that the user names, or llama_model_quantize of a libllama whose layout is checked."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.errors import Unavailable, WorkerFailed
from core.export.folder import Fallback
from core.export.llama_cpp import TOOLS_VARIABLE, quantiser_libraries, quantiser_program
from core.export.targets import Target

GIB = 1024**3
EXPECTED_DEFAULTS = {
    "nthread": 0,
    "ftype": 7,
    "quantize_output_tensor": True,
    "only_copy": False,
    "max_buf_size": 8 * GIB,
}
EXPECTED_BYTES = 64
TENSOR = re.compile(r"^\[\s*(\d+)/\s*(\d+)\]", re.MULTILINE)
FALLBACK = re.compile(r"required for type\s+(\w+)\) -> falling back to\s+(\w+)")
WRITE_FAILED = "iostream error"
NEARLY_NOTHING_BYTES = 64 * 1024**2


class Parameters(ctypes.Structure):
    """struct llama_model_quantize_params of include/llama.h, as of llama.cpp 0.5 and 0.6."""

    _fields_ = [
        ("nthread", ctypes.c_int32),
        ("ftype", ctypes.c_int),
        ("output_tensor_type", ctypes.c_int),
        ("token_embedding_type", ctypes.c_int),
        ("allow_requantize", ctypes.c_bool),
        ("quantize_output_tensor", ctypes.c_bool),
        ("only_copy", ctypes.c_bool),
        ("pure", ctypes.c_bool),
        ("keep_split", ctypes.c_bool),
        ("dry_run", ctypes.c_bool),
        ("imatrix", ctypes.c_void_p),
        ("kv_overrides", ctypes.c_void_p),
        ("tt_overrides", ctypes.c_void_p),
        ("prune_layers", ctypes.c_void_p),
        ("max_buf_size", ctypes.c_size_t),
    ]


_KEPT: list = []
"""libllama keeps the callback it was given, so Python must not free it."""

LogCallback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)


def quantise(source: Path, target: Path, kind: Target, threads: int, report: Callable[[float], None]) -> list[Fallback]:
    """Write a 16-bit GGUF file in another type.

    Returns:
        The tensors that got another type, since their rows do not fit this one: [{"from", "to", "count"}].
    Raises:
        Unavailable: There is no supported library, or no program at the user's path.
        WorkerFailed: llama.cpp failed; the message ends with its own.
        OSError: The disk is full.
    """
    said = _Said(report)
    program = quantiser_program(os.environ.get(TOOLS_VARIABLE))
    run = _by_library if program is None else partial(_by_program, program)
    if run(source, target, kind, threads, said):
        raise _failure(said.text, target, kind)
    return fallbacks_in(said.text)


def _by_library(source: Path, target: Path, kind: Target, threads: int, said: "_Said") -> int:
    library, parameters = _library()
    callback = LogCallback(lambda level, text, data: said.take((text or b"").decode("utf-8", "replace")))
    _KEPT.append(callback)
    library.llama_log_set(callback, None)
    parameters.nthread, parameters.ftype = threads, kind.ftype
    return library.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters))


def _by_program(program: Path, source: Path, target: Path, kind: Target, threads: int, said: "_Said") -> int:
    command = [str(program), str(source), str(target), kind.name.upper(), str(threads)]
    out, both = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, stdout=out, stderr=both, text=True, errors="replace") as child:
        for line in child.stdout or ():
            said.take(line)
    return child.returncode


def fallbacks_in(log: str) -> list[Fallback]:
    """The tensors that became another type than asked for, counted by pairs of types."""
    counts = Counter((wanted.lower(), got.lower()) for wanted, got in FALLBACK.findall(log))
    return [{"from": wanted, "to": got, "count": count} for (wanted, got), count in sorted(counts.items())]


class _Said:
    """The log of libllama, and its progress by that log."""

    def __init__(self, report: Callable[[float], None]):
        self.text = ""
        self._report = report

    def take(self, text: str) -> None:
        self.text += text
        place = TENSOR.search(text)
        if place:
            self._report(int(place[1]) / int(place[2]))


def _failure(log: str, target: Path, kind: Target) -> Exception:
    if WRITE_FAILED in log and shutil.disk_usage(target.parent).free < NEARLY_NOTHING_BYTES:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
    words = " ".join(log.strip().splitlines()[-1:])
    return WorkerFailed(f"llama.cpp could not quantise to {kind.name}: {words}", "See the end of worker.log.")


def _library() -> tuple[ctypes.CDLL, Parameters]:
    """The first library whose parameters are laid out as here, and its defaults.

    Raises:
        Unavailable: None is.
    """
    seen = []
    for path in quantiser_libraries():
        library = _opened(path)
        parameters = library.llama_model_quantize_default_params()
        found = {name: getattr(parameters, name) for name in EXPECTED_DEFAULTS}
        if found == EXPECTED_DEFAULTS and ctypes.sizeof(Parameters) == EXPECTED_BYTES:
            library.llama_backend_init()
            return library, parameters
        seen.append(f"{path.name}: {found}")
    hint = "Install the pinned packages with python launch.py."
    raise Unavailable(f"The quantiser's parameters are laid out in an unknown way: {'; '.join(seen)}.", hint)


def _opened(path: Path) -> ctypes.CDLL:
    if sys.platform == "win32":
        os.add_dll_directory(str(path.parent))
    library = ctypes.CDLL(str(path))
    library.llama_model_quantize_default_params.restype = Parameters
    library.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Parameters)]
    library.llama_model_quantize.restype = ctypes.c_uint32
    library.llama_log_set.argtypes = [LogCallback, ctypes.c_void_p]
    return library
