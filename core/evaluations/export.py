"""Results as files to download: JSON, and CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.evaluations.record import EvaluationRecord
from core.evaluations.results import BatchRow, EvaluationRow, ResultRow
from core.rewards.record import ScoreRecord

Line = dict[str, object]
"""A line of the CSV file: column -> cell."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Characters at the start of a text that make it a formula in spreadsheets. Source: OWASP, CSV Injection."""


def results_json(record: EvaluationRecord, rows: Sequence[ResultRow]) -> str:
    """The record and all its rows."""
    return json.dumps({"test": record.as_dict(), "results": list(rows)}, indent=2, ensure_ascii=False) + "\n"


def results_csv(record: EvaluationRecord, rows: Sequence[Any]) -> str:
    """A header and one line per answer, in the original order.

    A text that a spreadsheet would take for a formula gets a ' in front, unless it is a number.

    Args:
        rows: All its rows: BatchRow of a batch, EvaluationRow of an evaluation.
    """
    records = list(_batch(rows) if record.kind == "batch" else _evaluation(record, rows))
    columns = list(dict.fromkeys(name for record in records for name in record))
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    writer.writerows([_safe(record.get(name)) for name in columns] for record in records)
    return text.getvalue()


def _batch(rows: Sequence[BatchRow]) -> Iterator[Line]:
    for row in rows:
        yield {
            "row": row["index"] + 1,
            "prompt": row["prompt"],
            "reference": row["reference"],
            "response": row["response"],
            "solution": row["solution"],
            "reward": row["reward"],
            "is_correct": row["is_correct"],
            **_scores(row["scores"]),
            "tokens": row["tokens"],
            "seconds": row["seconds"],
            "finish_reason": row["finish_reason"],
            "problem": row["problem"],
        }


def _evaluation(record: EvaluationRecord, rows: Sequence[EvaluationRow]) -> Iterator[Line]:
    for row in rows:
        for model, side in zip(record.models, row["sides"], strict=True):
            for number, answer in enumerate(side["answers"], 1):
                yield {
                    "row": row["index"] + 1,
                    "model": model["label"],
                    "sample": number,
                    "instruction": row["instruction"],
                    "reference": row["reference"],
                    "response": answer["text"],
                    "reward": answer["reward"],
                    "is_correct": answer["is_correct"],
                    **_scores(answer["scores"]),
                    "tokens": answer["tokens"],
                    "finish_reason": answer["finish_reason"],
                    "problem": answer["problem"],
                }


def _scores(scores: Mapping[str, ScoreRecord] | None) -> Line:
    """Two columns a reward: its value and its reason."""
    found: Line = {}
    for name, score in (scores or {}).items():
        found |= {f"score {name}": score["value"], f"reason {name}": score["reason"]}
    return found


def _safe(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(FORMULA_STARTS) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
