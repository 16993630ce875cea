"""The exception tree of LoRA Craft; HTTP codes for it live in routes/errors.py."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import TypedDict


class ErrorReport(TypedDict):
    """An error as every interface shows it; see LoraCraftError."""

    code: str
    message: str
    hint: str
    fields: dict[str, str]


class LoraCraftError(Exception):
    """An error that the user can act on.

    Args:
        message: What happened, with the offending value.
        hint: What to do next.
        fields: Dotted field name -> its problem, for errors of inputs.
    """

    code = "error"

    def __init__(self, message: str, hint: str = "", fields: Mapping[str, str] | None = None):
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fields = dict(fields or {})

    def as_dict(self) -> ErrorReport:
        """The one error shape that every interface shows."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "fields": self.fields}


class InvalidInput(LoraCraftError):
    """A value that can't be honoured; `fields` names it."""

    code = "invalid_input"


class Broken(InvalidInput):
    """A stored file that does not hold what it should: edited by hand, cut short, or none of ours."""

    code = "broken"


class NotFound(LoraCraftError):
    """The named session, config, model or file does not exist."""

    code = "not_found"


class Conflict(LoraCraftError):
    """The request is sound but the present state forbids it."""

    code = "conflict"


class Forbidden(LoraCraftError):
    """The request comes from a place that may not make it."""

    code = "forbidden"


class TooLarge(LoraCraftError):
    """The request body is over its limit."""

    code = "too_large"


class Unavailable(LoraCraftError):
    """Something outside the application (the hub, the disk, a package) does not serve at the moment."""

    code = "unavailable"


class Dropped(Unavailable):
    """Nobody waits for it any more."""

    code = "dropped"


class WorkerFailed(LoraCraftError):
    """A child process ended without doing its work."""

    code = "worker_failed"


class OutOfMemory(WorkerFailed):
    """The work of a child process needs more memory than there is; less of it may fit."""

    code = "out_of_memory"


class Displaced(Unavailable):
    """A model had to leave its device for a training run, in the middle of its work."""

    code = "displaced"


class NeedsConsent(Conflict):
    """It can be done, but only when it is asked for again with open eyes; the hint says how."""

    code = "needs_consent"


class DeviceTaken(Conflict):
    """Every device that could do it belongs to a training run at the moment."""

    code = "device_taken"


KINDS: dict[str, type[LoraCraftError]] = {
    kind.code: kind
    for kind in (
        *(InvalidInput, Broken, NotFound, Conflict, Forbidden, TooLarge, Unavailable, WorkerFailed),
        *(OutOfMemory, Dropped, Displaced, NeedsConsent, DeviceTaken),
    )
}
"""Code -> kind, for errors that come from another process."""


def from_dict(error: ErrorReport) -> LoraCraftError:
    """The error that another process has sent, see LoraCraftError.as_dict; WorkerFailed for an unknown code."""
    return KINDS.get(error["code"], WorkerFailed)(error["message"], error["hint"], error["fields"])
