"""Errors of libraries and of the operating system in plain words: cause, cure and a short code."""

from __future__ import annotations

import errno
import re
import signal
from pathlib import Path

Explanation = tuple[str, str, str]

OUT_OF_MEMORY_CURE = (
    "Lower training.batch_size (raise gradient_accumulation_steps to keep the step), training.max_new_tokens or "
    "max_sequence_length, switch model.gradient_checkpointing on, or use model.quantization 4bit or a smaller model."
)
EXPORT_MEMORY_CURE = (
    "Close other programs and export again, or export the adapter alone, which reads no model, and merge it where "
    "there is more memory."
)
DISK_FULL_CURE = "Free some space (old sessions and exports can be deleted), then resume, or export again."
GATED_CURE = "Accept the terms on its page on Hugging Face, and start the server with HF_TOKEN set to your token."
HUB_CURE = "Check the network connection, or choose what is on this machine: the embedded model, a folder, an upload."

NO_ACCESS_CURE = "Look who owns it, and close the program that holds it."
GONE_CURE = (
    "See whether nvidia-smi still lists the GPU, and restart the machine if it does not; then resume: the run goes on "
    "from its last checkpoint."
)
DRIVER_CURE = "If it comes again, run python launch.py doctor, and update the NVIDIA driver if it says so."
NO_PROBABILITIES = "probability tensor contains either `inf`, `nan` or element < 0"
"""What torch says when it is to draw from probabilities that are none."""
ANSWERING_CURES = {
    "out_of_memory": "Ask for shorter answers, stop what else uses the memory, or choose a smaller model.",
    "killed": "Stop what else uses the memory, or choose a smaller model or its export as GGUF; then ask again.",
    "signal": "Ask again; if it comes again, the end of logs/generation.log shows where it happened.",
    "exit": "Ask again; if it comes again, the end of logs/generation.log shows where it happened.",
    "error": "The end of logs/generation.log shows where it happened.",
    "cuda": f"Ask again: the next question starts the model anew. {DRIVER_CURE}",
    "disk_full": "Free some space (old sessions and exports can be deleted), then ask again.",
    "not_found": "Check the spelling of the model's name; a private one needs HF_TOKEN.",
    "broken_file": "Download or export the model again, or choose another checkpoint.",
}
"""Code -> the cure for a question to a model, if it differs from that for a run."""


DISK = {
    errno.ENOSPC: ("The disk is full", DISK_FULL_CURE, "disk_full"),
    errno.EDQUOT: ("Your share of the disk is used up", DISK_FULL_CURE, "disk_full"),
    errno.EROFS: ("The disk is read-only", "Make it writable, or give the server another --root.", "read_only"),
    errno.EACCES: ("There is no access to it", NO_ACCESS_CURE, "no_permission"),
    errno.EPERM: ("There is no access to it", NO_ACCESS_CURE, "no_permission"),
}
"""What an error of the operating system says about the disk, wherever it comes up: cause, cure and code."""


def of_disk(error: OSError) -> Explanation | None:
    """(cause, cure, code) of an error that the disk is to blame for; None for any other."""
    if error.errno not in DISK:
        return None
    cause, cure, code = DISK[error.errno]
    return f"{cause}: {Path(error.filename).name}." if error.filename else f"{cause}.", cure, code


def explain(error: BaseException) -> Explanation:
    """(cause, cure, code) of an exception; the whole chain of causes is looked at."""
    for link in _chain(error):
        text = f"{type(link).__module__}.{type(link).__name__}: {link}"
        for pattern, cause, cure, code in _KNOWN:
            if re.search(pattern, text, re.IGNORECASE | re.DOTALL):
                return cause.format(detail=_short(link)), cure, code
        if isinstance(link, OSError) and (told := of_disk(link)) is not None:
            return told
        if isinstance(link, MemoryError):
            return "The machine ran out of memory.", OUT_OF_MEMORY_CURE, "out_of_memory"
    return f"{type(error).__name__}: {_short(error)}", "The end of worker.log shows where it happened.", "error"


def explain_export(error: BaseException) -> Explanation:
    """(cause, cure, code) of an exception that ended an export; where memory ran out, the settings of training are no
    help."""
    cause, cure, code = explain(error)
    return cause, EXPORT_MEMORY_CURE if code == "out_of_memory" else cure, code


def explain_exit(exit_code: int | None, was_short: bool | None = None) -> Explanation:
    """(cause, cure, code) of a worker without a final event.

    Args:
        exit_code: Negative for a signal, None if it is not known.
        was_short: Whether the system has killed something for memory while the worker ran; None if nobody knows.
    """
    if exit_code is None:
        cause = "The worker is gone; its exit code is not known, because an earlier server had started it."
        return cause, "Look at the end of worker.log, then resume.", "lost"
    if exit_code in (-9, 137) and was_short is False:
        cause = "The worker was killed (SIGKILL) by somebody or by another program; the system was not short of memory."
        return cause, "Look at the end of worker.log, then resume.", "signal"
    if exit_code in (-9, 137):
        cause = "The worker was killed (SIGKILL), most likely by the operating system because memory ran out."
        return cause, f"{OUT_OF_MEMORY_CURE} Then resume.", "killed"
    if exit_code < 0:
        name = _signal_name(-exit_code)
        return f"The worker was ended by {name}.", "Look at the end of worker.log, then resume.", "signal"
    if exit_code == 74:
        return "The disk is full: not even the event log could be written.", DISK_FULL_CURE, "disk_full"
    return f"The worker exited with code {exit_code}.", "Look at the end of worker.log.", "exit"


def while_answering(explained: Explanation) -> Explanation:
    """An explanation with the cure for whoever asked a model instead of training one."""
    cause, cure, code = explained
    return cause, ANSWERING_CURES.get(code, cure), code


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def _signal_name(number: int) -> str:
    return next((s.name for s in signal.Signals if s.value == number), f"signal {number}")


_KNOWN: tuple[tuple[str, str, str, str], ...] = (
    (
        r"Free memory on device .*gpu.memory.utilization|less than desired GPU memory utilization",
        "vLLM found less free memory than it was to take: {detail}",
        "Lower training.vllm_memory_fraction, stop what else uses the GPU, or use training.sampler transformers.",
        "out_of_memory",
    ),
    (
        r"No available memory for the cache blocks|is larger than the available KV cache memory",
        "What vLLM was to take leaves no room for its cache: {detail}",
        "Raise training.vllm_memory_fraction, lower training.max_sequence_length, or use sampler transformers.",
        "out_of_memory",
    ),
    (
        r"OutOfMemoryError|CUDA out of memory|CUDA error: out of memory|(CUBLAS|CUDNN)_STATUS_ALLOC_FAILED|"
        r"can't allocate memory|not enough memory|alloc_cpu",
        "Out of memory: {detail}",
        OUT_OF_MEMORY_CURE,
        "out_of_memory",
    ),
    (r"GatedRepo|gated repo|awaiting a review", "The model or data set is gated: {detail}", GATED_CURE, "gated"),
    (
        r"RepositoryNotFound|404 Client Error|is not a valid model identifier|DatasetNotFound|not a local folder",
        "There is no such model or data set: {detail}",
        "Check the spelling of model.name and dataset.source; a private one needs HF_TOKEN.",
        "not_found",
    ),
    (
        r"couldn't connect|LocalEntryNotFound|OfflineModeIsEnabled|Connect(ion)?(Error|Timeout)|MaxRetry",
        "The Hugging Face hub can't be reached and what the run needs is not cached: {detail}",
        HUB_CURE,
        "offline",
    ),
    (r"No space left|disk quota", "The disk is full.", DISK_FULL_CURE, "disk_full"),
    (
        re.escape(NO_PROBABILITIES),
        "The model's probabilities are no numbers (NaN): training has diverged.",
        "Start again with a lower training.learning_rate, or resume from an earlier checkpoint with one.",
        "diverged",
    ),
    (
        r"UnpicklingError|SafetensorError|header too large|incomplete metadata",
        "A weights file is broken: {detail}",
        "Delete it from the cache or checkpoint folder and start again.",
        "broken_file",
    ),
    (
        r"trust_remote_code|custom code",
        "The model brings its own code, which is never run here: {detail}",
        "Choose a model that transformers supports by itself.",
        "remote_code",
    ),
    (
        r"requires bitsandbytes|No package metadata was found for bitsandbytes",
        "The weights are quantised, and bitsandbytes, which reads them, is not installed: {detail}",
        "Name the model's 16-bit repository, or train where there is an NVIDIA GPU.",
        "bitsandbytes",
    ),
    (
        r"no CUDA-capable device|no NVIDIA driver|CUDA driver initialization failed|GPU is lost|fallen off the bus|"
        r"NVML_SUCCESS|NVMLError|device (is )?unavailable|device-unavailable",
        "The GPU or its driver went away: {detail}",
        GONE_CURE,
        "cuda",
    ),
    (
        r"no kernel image|CUDA error|CUDA driver",
        "The GPU refused the work: {detail}",
        "Run python launch.py doctor, and update the NVIDIA driver if it says so.",
        "cuda",
    ),
)
