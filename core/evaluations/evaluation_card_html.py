"""An evaluation card as one HTML file, without scripts and requests, with every text escaped."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from html import escape

from core.evaluations.evaluation_card import Answer, Bar, EvaluationCard, Example

STYLE = """
:root { color-scheme: light dark; --page: #f3f3fb; --sheet: #ffffff; --line: #d9d9ec; --ink: #171b34; --soft: #50567a;
  --first: #50567a; --second: #6f3ff5; --good: #0a6b47; --bad: #b3202c; --well: #e9e9f6; }
@media (prefers-color-scheme: dark) { :root { --page: #0b1022; --sheet: #11172f; --line: #303b68; --ink: #eef0fb;
  --soft: #a9b1d4; --first: #a9b1d4; --second: #bba8ff; --good: #6fe3b4; --bad: #ffa3a3; --well: #171f3d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 58rem; margin: 0 auto; padding: 1.5rem clamp(0.75rem, 4vw, 2.5rem) 3rem; background: var(--sheet); }
h1 { font-size: clamp(1.3rem, 5vw, 1.8rem); line-height: 1.25; overflow-wrap: anywhere; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0 0 0.5rem; }
.verdict { border-left: 0.35rem solid var(--soft); background: var(--well); padding: 0.75rem 1rem; margin: 0;
  font-size: 1.05rem; overflow-wrap: anywhere; }
.verdict.good { border-color: var(--good); }
.verdict.bad { border-color: var(--bad); }
dl { display: grid; grid-template-columns: minmax(6rem, auto) 1fr; gap: 0.2rem 1rem; margin: 1.25rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.bar { margin: 0.75rem 0; }
.bar p { margin: 0; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: 1.25rem; }
.track { stroke: var(--line); }
line { vector-effect: non-scaling-stroke; }
.reach { stroke-width: 4px; }
.mean { stroke-width: 4px; }
.first .reach, .first .mean { stroke: var(--first); }
.second .reach, .second .mean { stroke: var(--second); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.4rem 0.75rem 0.4rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; color: var(--soft); }
@media (max-width: 36rem) { table { font-size: 0.8125rem; } th, td { padding-right: 0.5rem; } }
.note { color: var(--soft); font-size: 0.9rem; }
.row { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.9rem 1rem; margin: 0.75rem 0;
  break-inside: avoid; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1rem; }
pre { margin: 0.25rem 0 0.75rem; padding: 0.6rem 0.75rem; background: var(--well); border-radius: 0.35rem;
  white-space: pre-wrap; overflow-wrap: anywhere; font: 0.875rem/1.45 ui-monospace, Menlo, Consolas, monospace; }
.answers p { margin: 0 0 0.25rem; overflow-wrap: anywhere; }
@media print { body, main { background: none; } main { max-width: none; padding: 0; }
  pre, .verdict { border: 1px solid; } }
""".strip()
_DIGEST = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CARD_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
"""The content security policy of a card: only its own style, named by its hash; the file states it as well."""
SCALE = 1000
"""The width of a bar in units of its SVG."""


def evaluation_card_html(card: EvaluationCard) -> str:
    """The card as a whole HTML document."""
    facts = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in card.facts)
    bars = "".join(_bar(bar, place) for bar, place in zip(card.bars, ("first", "second"), strict=False))
    notes = "".join(f'<p class="note">{_text(note)}</p>' for note in card.notes)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{CARD_POLICY}">\n'
        f"<title>{_text(card.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{_text(card.title)}</h1>\n"
        f'<p class="verdict {card.tone}">{_text(card.verdict)}</p>\n'
        f"<dl>{facts}</dl>\n{bars}\n{_table(card)}\n"
        f'<p class="note">{_text(card.intervals)}</p>\n'
        f"{notes}\n"
        f"{_examples('Rows that lost the most', card.regressions)}"
        f"{_examples('Rows that gained the most', card.improvements)}"
        "</main>\n</body>\n</html>\n"
    )


def _bar(bar: Bar, place: str) -> str:
    low, mean, high = (round(SCALE * min(1.0, max(0.0, share))) for share in (bar.low, bar.mean, bar.high))
    return (
        f'<div class="bar {place}"><p>{_text(bar.label)}: {_text(bar.text)}</p>'
        f'<svg viewBox="-10 -10 {SCALE + 20} 20" preserveAspectRatio="none" aria-hidden="true">'
        f'<line class="track" x1="0" x2="{SCALE}" y1="0" y2="0"/>'
        f'<line class="reach" x1="{low}" x2="{high}" y1="0" y2="0"/>'
        f'<line class="mean" x1="{mean}" x2="{mean}" y1="-8" y2="8"/></svg></div>'
    )


def _table(card: EvaluationCard) -> str:
    heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in ("", *card.labels, "Change"))
    rows = "".join(
        f'<tr><th scope="row">{_text(figure.name)}</th>'
        + "".join(f"<td>{_text(cell)}</td>" for cell in (*figure.sides, figure.change))
        + "</tr>"
        for figure in card.figures
    )
    wide = '<div class="wide" role="region" aria-label="Figures" tabindex="0">'
    return f"{wide}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"


def _examples(title: str, examples: Sequence[Example]) -> str:
    if not examples:
        return ""
    return f"<h2>{_text(title)}</h2>\n" + "".join(_example(example) for example in examples)


def _example(example: Example) -> str:
    expected = f"<p>Expected</p>{_block(example.reference)}" if example.reference else ""
    answers = "".join(_answer(answer) for answer in example.answers)
    return (
        f'<article class="row"><h3>{_text(example.title)}</h3>{_block(example.instruction)}{expected}'
        f'<div class="answers">{answers}</div></article>\n'
    )


def _answer(answer: Answer) -> str:
    reason = f'<p class="note">{_text(answer.reason)}</p>' if answer.reason else ""
    return f"<div><p>{_text(answer.label)} ({_text(answer.reward)})</p>{_block(answer.text)}{reason}</div>"


def _block(text: str) -> str:
    return f'<pre dir="auto">{_text(text)}</pre>'


def _text(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode("utf-8"))
