"""llama_model_quantize of the pinned libllama, through ctypes; the layout of its parameters is checked before use."""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path

from core.errors import Unavailable, WorkerFailed
from core.export.llama_cpp import quantiser_library
from core.export.quantization import Quantization

GIB = 1024**3
EXPECTED_DEFAULTS = {
    "nthread": 0,
    "ftype": 7,
    "quantize_output_tensor": True,
    "only_copy": False,
    "max_buf_size": 8 * GIB,
}
EXPECTED_BYTES = 64
FALLBACKS = re.compile(r"(\d+) of \d+ tensor\(s\) required fallback quantization")


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


def quantise(source: Path, target: Path, kind: Quantization, threads: int) -> int:
    """Write `source` as `target` in another GGUF type; how many tensors fell back to a wider type.

    Raises:
        Unavailable: The library is not the one this was written for.
        WorkerFailed: llama.cpp refused; the message ends with its own words.
    """
    library = _library()
    lines: list[str] = []
    callback = LogCallback(lambda level, text, data: lines.append((text or b"").decode("utf-8", "replace")))
    _KEPT.append(callback)
    library.llama_log_set(callback, None)
    parameters = library.llama_model_quantize_default_params()
    _check_layout(parameters)
    parameters.nthread, parameters.ftype = threads, kind.ftype
    code = library.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters))
    if code:
        raise WorkerFailed(
            f"llama.cpp could not quantise to {kind.name}: {''.join(lines[-5:]).strip()}", "See the log."
        )
    told = FALLBACKS.search("".join(lines))
    return int(told.group(1)) if told else 0


def _library() -> ctypes.CDLL:
    path = quantiser_library()
    if os.name == "nt":
        os.add_dll_directory(str(path.parent))
    library = ctypes.CDLL(str(path))
    library.llama_model_quantize_default_params.restype = Parameters
    library.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Parameters)]
    library.llama_model_quantize.restype = ctypes.c_uint32
    library.llama_log_set.argtypes = [LogCallback, ctypes.c_void_p]
    library.llama_backend_init()
    return library


def _check_layout(parameters: Parameters) -> None:
    found = {name: getattr(parameters, name) for name in EXPECTED_DEFAULTS}
    if found != EXPECTED_DEFAULTS or ctypes.sizeof(Parameters) != EXPECTED_BYTES:
        hint = "Install the pinned packages with python launch.py."
        raise Unavailable(f"The quantiser's parameters are laid out in an unknown way: {found}.", hint)
