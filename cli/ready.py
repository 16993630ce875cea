"""What the start button knows, in a terminal: what needs attention first, and one line for all that is well."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from core.runs.ready_finding import Level, ReadyFinding

STYLES: dict[Level, str] = {"error": "bold red", "warning": "yellow", "pending": "dim", "info": "cyan"}


def show_ready(console: Console, found: Sequence[ReadyFinding]) -> None:
    """Print findings in their order."""
    for finding in found:
        if finding["level"] != "good":
            console.print(in_words(finding), style=STYLES[finding["level"]], markup=False, highlight=False)
    good = ", ".join(finding["title"].lower() for finding in found if finding["level"] == "good")
    if good:
        console.print(f"In order: {good}.", style="green", markup=False, highlight=False)


def in_words(finding: ReadyFinding) -> str:
    """A finding, and the settings that mend it."""
    mend = finding["mend"]
    settings = ", ".join(f"{name} {value}" for name, value in mend["settings"].items()) if mend else ""
    cure = f" Mend it: {settings}." if settings else ""
    return f"{finding['title']}: {finding['text']}{cure}"
