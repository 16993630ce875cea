"""Jobs: runs long inspections of data in the background, one after another; they end with the server."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from core.errors import ErrorReport, LoraCraftError, NotFound, Unavailable
from services.processes.inspector import Inspector
from services.processes.work_line import WorkLine
from services.publish import Publish

LOG = logging.getLogger(__name__)
JOB_TIMEOUT_S = 6 * 3600.0
"""How long a background job, such as counting the rows of a large file, may take."""
JOBS_KEPT = 100
"""Ended background jobs whose results stay readable."""


@dataclass
class Job:
    """One job as REST shows it; `fraction` is null while the length of the work is not known."""

    job_id: str
    task: str
    subject: str
    status: Literal["waiting", "running", "completed", "failed"] = "waiting"
    fraction: float | None = 0.0
    text: str = ""
    seconds: float = 0.0
    result: Any = None
    error: ErrorReport | None = None


Ended = Callable[[Job], None]
"""Called with a completed or failed job."""
Entry = tuple[Job, Mapping[str, Any], Ended | None]
"""A job in the line, its arguments, and what is called at its end."""


class Jobs:
    """The background jobs of one server.

    Args:
        inspector: Does the work, in its slow lane.
        publish: Called with ("dataset", the Job as a dict) at every change.
    """

    def __init__(self, inspector: Inspector, publish: Publish):
        self._inspector = inspector
        self._publish = publish
        self._jobs: dict[str, Job] = {}
        self._line: WorkLine[Entry] = WorkLine("jobs", lambda entry: self._run(*entry))
        self._lock = threading.Lock()
        self._count = 0

    def start(self, task: str, subject: str, arguments: Mapping[str, Any], ended: Ended | None = None) -> Job:
        """Queue a task of an inspection worker.

        Args:
            task: A name in core/workers/inspect/tasks.py.
            subject: The name of the data, for people.
            arguments: JSON values.
            ended: Called with the completed or failed job.
        """
        with self._lock:
            self._count += 1
            job = Job(f"{task}-{self._count}", task, subject)
            self._jobs[job.job_id] = job
            for stale in list(self._jobs)[:-JOBS_KEPT]:
                if self._jobs[stale].status in ("completed", "failed"):
                    del self._jobs[stale]
        self._line.enter((job, arguments, ended))
        return job

    def get(self, job_id: str) -> Job:
        """A job as it is now.

        Raises:
            NotFound: There is no job of that id, or it ended long ago.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(f"There is no job {job_id!r}.", "Jobs end with the server; start it again.")
        return job

    def _run(self, job: Job, arguments: Mapping[str, Any], ended: Ended | None) -> None:
        started = time.monotonic()

        def progress(fraction: float | None, text: str) -> None:
            job.fraction, job.text, job.seconds = fraction, text, round(time.monotonic() - started, 1)
            self._publish("dataset", asdict(job))

        job.status = "running"
        progress(0.0, "")
        try:
            job.result = self._inspector.ask(job.task, arguments, "slow", JOB_TIMEOUT_S, progress)
        except LoraCraftError as error:
            job.error = error.as_dict()
        try:
            if ended is not None:
                ended(job)
        except Exception as error:  # the loop of all jobs: the next ones must not wait for ever
            LOG.exception("The result of %s could not be kept", job.job_id)
            job.error = Unavailable(f"The result could not be kept: {error}", "See logs/server.log.").as_dict()
        if not job.error:
            job.fraction = 1.0
        job.status = "failed" if job.error else "completed"  # last, so that its readers find the rest in place
        progress(job.fraction, job.text)
