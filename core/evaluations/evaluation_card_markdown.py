"""An evaluation card as Markdown, in which no text of a model can become markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.evaluations.evaluation_card import EvaluationCard, Example


def evaluation_card_markdown(card: EvaluationCard) -> str:
    """The card as Markdown (CommonMark and GitHub's tables), ending with a line break."""
    lines = [f"# {_plain(card.title)}", "", f"**{_plain(card.verdict)}**", ""]
    lines += [f"- {_plain(name)}: {_plain(value)}" for name, value in card.facts]
    lines += ["", _row("", *card.labels, "change"), _row("---", "---:", "---:", "---:", is_plain=False)]
    lines += [_row(figure.name, *figure.sides, figure.change) for figure in card.figures]
    lines += ["", _plain(card.intervals)]
    lines += [line for note in card.notes for line in ("", f"> {_plain(note)}")]
    lines += _examples("Rows that lost the most", card.regressions)
    lines += _examples("Rows that gained the most", card.improvements)
    return "\n".join(lines) + "\n"


def _examples(title: str, examples: Sequence[Example]) -> list[str]:
    lines = ["", f"## {title}"] if examples else []
    for example in examples:
        lines += ["", f"### {example.title}", "", *_block(example.instruction)]
        if example.reference:
            lines += ["", "Expected:", "", *_block(example.reference)]
        for answer in example.answers:
            head = f"**{_plain(answer.label)}** ({_plain(answer.reward)})"
            lines += ["", f"{head}: {_plain(answer.reason)}" if answer.reason else head, "", *_block(answer.text)]
    return lines


def _row(*cells: str, is_plain: bool = True) -> str:
    return "| " + " | ".join(_plain(cell) if is_plain else cell for cell in cells) + " |"


def _plain(text: str) -> str:
    """`text` on one line, with every character of Markdown escaped."""
    return re.sub(r"([\\`*_{}\[\]<>|#~!&])", r"\\\1", _writable(" ".join(text.split())))


def _block(text: str) -> list[str]:
    """A fenced block; its fence is longer than any run of backticks inside."""
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *_writable(text).splitlines(), fence]


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
