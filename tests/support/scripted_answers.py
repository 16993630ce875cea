"""A generation worker without models: the question says what becomes of it. For tests of GenerationService."""

from __future__ import annotations

import json
import sys
import time

HELD: list[dict] = []


def main() -> None:
    """Serve requests until the input ends; cancellations are passed over, as by a model that is being loaded."""
    for line in sys.stdin:
        request = json.loads(line)
        if request["task"] != "cancel":
            serve(request)


def serve(request: dict) -> None:
    """Do what the question says: fail, break, hang, run out of memory, or else answer with it."""
    question = request["chats"][0][-1]["content"] if request["chats"] else ""
    device = {"model_path": request["model"]["model_path"], "device": "cpu"}
    if question == "hang":
        time.sleep(60)
    if question in ("fail", "break", "oom"):
        HELD.clear()
        code = "out_of_memory" if question == "oom" else "worker_failed"
        error = {"code": code, "message": f"It was to {question}.", "hint": "", "fields": {}}
        say(request, "error", error=error, loaded=HELD, is_last=question == "break")
        return
    HELD[:] = [device]
    for index, chat in enumerate(request["chats"]):
        answer = {"text": chat[-1]["content"], "tokens": 1, "prompt_tokens": 1, "seconds": 0.1, "seed": None}
        answer |= {"tokens_per_second": 10.0, "first_token_seconds": 0.1, "finish_reason": "stop"}
        say(request, "answer", index=index, answer=answer)
    say(request, "end", loaded=HELD)


def say(request: dict, kind: str, **what: object) -> None:
    """One message."""
    sys.stdout.write(json.dumps({"id": request["id"], "kind": kind, **what}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
