"""Findings of a check, written line by line, so that an interrupted check keeps them; and the table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"


class Findings:
    """Figures and expectations of one check.

    Args:
        file: Where each goes at once, one JSON line each.
    """

    def __init__(self, file: Path):
        self._file = file

    def figure(self, name: str, value: Any) -> None:
        """Note a measured value, with its unit in the name."""
        self._append({"figure": name, "value": value})

    def expect(self, what: str, holds: bool, seen: Any) -> None:
        """Note whether a statement is true, and the observation; a false one fails the check."""
        self._append({"expected": what, "holds": bool(holds), "seen": seen})

    def cannot(self, why: str) -> None:
        """Note why the machine is too small for this; a check that expects nothing else is then not run."""
        self._append({"cannot": why})

    def _append(self, line: dict[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def summary(check: str, file: Path, seconds: float, ended: str) -> dict[str, Any]:
    """One check as a JSON object: its figures, what failed, and how it ended.

    Args:
        check: Its name.
        file: What its Findings wrote; it may be absent.
        seconds: How long it took.
        ended: Empty when it came to its end, else why it did not. A check that expected nothing has failed.
    """
    lines = _whole_lines(file)
    expected = [line for line in lines if "expected" in line]
    failed = [{"expected": line["expected"], "seen": line["seen"]} for line in expected if not line["holds"]]
    reasons = [line["cannot"] for line in lines if "cannot" in line]
    is_left_out = bool(reasons) and not ended and not expected
    if not ended and not expected:
        ended = "; ".join(reasons) or "it came to its end without having looked at anything"
    return {
        "check": check,
        "result": NOT_RUN if is_left_out else FAILED if failed or ended else PASSED,
        "seconds": round(seconds, 1),
        "expectations": len(expected),
        "failed": failed,
        "ended": ended,
        "figures": {line["figure"]: line["value"] for line in lines if "figure" in line},
        "left_out": reasons,
    }


def _whole_lines(file: Path) -> list[dict[str, Any]]:
    """The written findings; a killed check may leave half a line."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def table(results: Sequence[dict[str, Any]]) -> str:
    """Results as a table in Markdown: check, result, seconds, what failed or was measured."""
    head = ["| check | result | s | what |", "|---|---|---|---|"]
    return "\n".join([*head, *(_row(result) for result in results)]) + "\n"


def _row(result: dict[str, Any]) -> str:
    failures = [f"{failure['expected']}: {_short(failure['seen'])}" for failure in result["failed"]]
    figures = [f"{name} {_short(value)}" for name, value in result["figures"].items()]
    what = "; ".join([*failures, *([result["ended"]] if result["ended"] else []), *figures]).replace("|", "/")
    return f"| {result['check']} | {result['result']} | {result['seconds']} | {' '.join(what.split())} |"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(inner)}" for key, inner in value.items())
    text = str(value)
    return text if len(text) <= 200 else f"... {text[-200:]}"
