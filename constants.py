"""Limits and names that several layers share; what one module uses is defined there."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
"""The only names the server listens on and answers to."""

MAX_JSON_BYTES = 2 * 1024 * 1024
"""A request body that is not a file upload; the largest sensible run configuration is a few kilobytes."""

LOG_TAIL_LINES = 200
"""Lines of worker.log that a failed event carries and that the log route returns unless asked otherwise."""

LOG_CHUNK_BYTES = 64 * 1024
"""The most worker output that one training_log message carries; a flood is cut to its end."""

CPU_NICE = 5
"""Niceness of a worker on CPU, so that the server keeps answering while both cores burn."""

DEVICE_VARIABLE = "LORA_CRAFT_DEVICE"
"""The environment variable that tells a worker where it was placed: cuda:<index> or cpu."""

MIN_FREE_DISK_BYTES = 512 * 1024 * 1024
"""Below this much free space a run is refused instead of failing at its first checkpoint."""

HUB_TIMEOUT_S = 5.0
"""How long a question to the model hub may take before a request."""

EMBEDDED_MODEL = "SmolLM2-135M-Instruct"
"""The model that comes with a Python package and needs no download."""

MAX_UPLOAD_BYTES = 10 * 1024**3
"""The largest data file that is taken."""

UPLOAD_CHUNK_BYTES = 256 * 1024
"""How much of an upload is in memory at once."""

MAX_BENCH_ROWS = 500
"""Rows that a reward is tried on at most."""

MAX_PROMPTS = 10_000
"""Prompts of one batch at most."""

MAX_PROMPT_FILE_BYTES = 20 * 1024 * 1024
"""The largest file of prompts that is taken."""
