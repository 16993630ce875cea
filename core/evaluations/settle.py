"""The end of a test: its rows put in order, its figures, its cards; the same for one that was cut short."""

from __future__ import annotations

from core.evaluations.card import card_of
from core.evaluations.card_html import card_html
from core.evaluations.card_markdown import card_markdown
from core.evaluations.folder import ResultFolder
from core.evaluations.record import ModelTest
from core.evaluations.rows import batch_summary, is_whole
from core.evaluations.summary import summarize
from core.evaluations.verdict import caveats, verdict

CUT_SHORT = {"cancelled": "Cancelled", "failed": "Failed", "interrupted": "Interrupted"}


def settle(test: ModelTest, folder: ResultFolder) -> None:
    """Fill in what follows from the rows in `folder`, write the cards and save `test`, which has its final status."""
    rows = folder.rows()
    folder.tidy(rows)
    test.eta_seconds, test.text = None, ""
    if test.kind == "batch":
        test.done = len(rows)
        seconds = (test.ended_at or 0.0) - (test.started_at or test.created_at)
        test.summary = batch_summary(rows, seconds, test.answering_seconds, test.most) if rows else None
    else:
        test.done = sum(len(side["answers"]) for row in rows for side in row["sides"])
        _settle_evaluation(test, [row for row in rows if is_whole(row, test.samples)], folder)
    folder.save(test)


def _settle_evaluation(test: ModelTest, rows: list[dict], folder: ResultFolder) -> None:
    if not rows:
        return
    summary = summarize(rows, [model["label"] for model in test.models], test.samples, test.most or 0.0)
    wanted = test.total // (len(test.models) * test.samples)
    short = "" if len(rows) == wanted else f"{CUT_SHORT.get(test.status, 'Ended')} after {len(rows)} of {wanted} rows. "
    said = f"{test.doubt} {short}{verdict(summary)}".strip()
    test.summary = {**summary, "verdict": said, "notes": [*test.notes, *caveats(summary)]}
    card = card_of(test)
    folder.write_cards(card_markdown(card), card_html(card))
