"""Results as files to take away: JSON, and CSV that spreadsheets can open without running anything in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.evaluations.record import EvaluationRecord

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What makes spreadsheets take a text for a formula. Source: OWASP, CSV Injection."""


def results_json(record: EvaluationRecord, rows: Sequence[Mapping]) -> str:
    """The record and all its rows."""
    return json.dumps({"test": record.as_dict(), "results": list(rows)}, indent=2, ensure_ascii=False) + "\n"


def results_csv(record: EvaluationRecord, rows: Sequence[Mapping]) -> str:
    """A header and one line per answer, in the original order.

    Texts that a spreadsheet would run as a formula get a ' in front; numbers, also those in texts, stay as they are.
    """
    records = list(_batch(rows) if record.kind == "batch" else _evaluation(record, rows))
    columns = list(dict.fromkeys(name for record in records for name in record))
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    writer.writerows([_safe(record.get(name)) for name in columns] for record in records)
    return text.getvalue()


def _batch(rows: Sequence[Mapping]) -> Iterator[dict]:
    for row in rows:
        names = ("prompt", "reference", "response", "solution", "reward", "is_correct")
        yield {
            "row": row["index"] + 1,
            **{name: row[name] for name in names},
            **_scores(row["scores"]),
            **{name: row[name] for name in ("tokens", "seconds", "finish_reason", "problem")},
        }


def _evaluation(record: EvaluationRecord, rows: Sequence[Mapping]) -> Iterator[dict]:
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
                    **{name: answer[name] for name in ("tokens", "finish_reason", "problem")},
                }


def _scores(scores: Mapping[str, Mapping] | None) -> dict:
    """Two columns a reward: what it gave, and why."""
    found: dict[str, Any] = {}
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
