"""Names, limits and defaults shared by every layer, each with its unit in the name."""

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5000

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
"""The only names the server listens on and answers to."""

MAX_JSON_BYTES = 2 * 1024 * 1024
"""A request body that is not a file upload; the largest sensible run configuration is a few kilobytes."""

STOP_GRACE_S = 60.0
"""How long a worker may take to save and leave after a stop request before it is terminated."""

LEAVE_GRACE_S = 15.0
"""How long a worker that has told its end may take to leave before a resume or delete is refused."""

TERMINATE_GRACE_S = 5.0
"""How long a terminated worker may take before its process tree is killed."""

SUPERVISE_PERIOD_S = 0.1
"""How often a training thread looks at its worker and its event log."""

HEARTBEAT_PERIOD_S = 5.0
"""A worker writes a heartbeat when its event log was quiet this long; the log is never older than 15 s."""

STOP_POLL_S = 0.2
"""How often a worker looks for a stop request."""

EMIT_PERIOD_S = 0.2
"""Least time between two emits of one event name for one session: at most five a second."""

SAMPLE_PERIOD_S = 2.0
"""How often the system monitor publishes a system_update."""

LOG_TAIL_LINES = 200
"""Lines of worker.log that a failed event carries and that the log route returns unless asked otherwise."""

LOG_CHUNK_BYTES = 64 * 1024
"""The most worker output that one training_log message carries; a flood is cut to its end."""

MISSED_EVENTS_LIMIT = 5000
"""The most events that one subscribe answer carries; older ones are in REST."""

MAX_PATH_CHARACTERS = 240
"""The longest path a user may name; what every file system takes."""

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

MAX_ROW_BYTES = 16 * 1024 * 1024
"""The largest single row of a data file; more is no row but a broken file."""

MAX_COLUMNS = 1000
"""The most columns a data file may have."""

MAX_NESTING = 32
"""How deeply a value in a row may be nested."""

INSPECT_MEMORY_BYTES = 16 * 1024**3
"""Address space of an inspection worker; torch alone maps several GiB of it."""

INSPECT_IDLE_S = 300.0
"""How long an inspection worker that nobody asks is kept warm."""

INSPECT_TIMEOUT_S = 60.0
"""How long a question to an inspection worker may take, unless said otherwise."""

JOB_TIMEOUT_S = 6 * 3600.0
"""How long a background job, such as counting the rows of a large file, may take."""

MAX_SAMPLES_SHOWN = 100
"""Rows that one preview shows at most."""

MAX_CELL_SHOWN = 4000
"""Characters of a cell that a preview shows at most."""

MAX_ITEMS_SHOWN = 50
"""Items of a list or an object that a preview shows at most."""

JOBS_KEPT = 100
"""Ended background jobs whose results stay readable."""

MAX_BENCH_ROWS = 500
"""Rows that a reward is tried on at most."""

BENCH_TIMEOUT_S = 300.0
"""How long trying a reward may take; a judge answers slowly."""

GENERATION_IDLE_S = 900.0
"""How long a loaded model that nobody asks is kept."""

GENERATION_STOP_GRACE_S = 10.0
"""How long a stopped answer may take to end before its worker is ended."""

STREAM_SILENCE_S = 10.0
"""How long a streamed answer may be silent before a comment is sent, which shows whether the client is still there."""

CLIENT_LOOK_S = 2.0
"""How often it is looked whether a client that waits for a whole answer is still there."""

MAX_PROMPTS = 10_000
"""Prompts of one batch at most."""

MAX_PROMPT_FILE_BYTES = 20 * 1024 * 1024
"""The largest file of prompts that is taken."""

TEST_CHUNK_ANSWERS = 32
"""Answers that a batch or an evaluation asks for at once: a chat waits no longer than for these."""

MAX_EVALUATION_ANSWERS = 20_000
"""Answers of one evaluation at most: rows times samples times two."""

SCORE_TIMEOUT_S = 1800.0
"""How long scoring a chunk of answers may take; a judge answers slowly."""

HELD_OUT_TIMEOUT_S = 3600.0
"""How long reading the held-out rows of a run may take, downloading its data set included."""
