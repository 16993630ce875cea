"""The end of a record: its rows put in order, its figures, its cards; the same for one that was cut short."""

from __future__ import annotations

from core.evaluations.card import card_of
from core.evaluations.card_html import card_html
from core.evaluations.card_markdown import card_markdown
from core.evaluations.folder import ResultFolder
from core.evaluations.record import EvaluationRecord
from core.evaluations.rows import batch_summary, is_whole
from core.evaluations.summary import summarize
from core.evaluations.verdict import caveats, verdict

CUT_SHORT = {"cancelled": "Cancelled", "failed": "Failed", "interrupted": "Interrupted"}


def settle(record: EvaluationRecord, folder: ResultFolder) -> None:
    """Fill in what follows from the rows in `folder`, write the cards and save `record`, which has its final status."""
    rows = folder.rows()
    folder.tidy(rows)
    record.eta_seconds, record.text = None, ""
    if record.kind == "batch":
        record.done = len(rows)
        seconds = (record.ended_at or 0.0) - (record.started_at or record.created_at)
        record.summary = batch_summary(rows, seconds, record.answering_seconds, record.most) if rows else None
    else:
        record.done = sum(len(side["answers"]) for row in rows for side in row["sides"])
        _settle_evaluation(record, [row for row in rows if is_whole(row, record.samples)], folder)
    folder.save(record)


def _settle_evaluation(record: EvaluationRecord, rows: list[dict], folder: ResultFolder) -> None:
    if not rows:
        return
    summary = summarize(rows, [model["label"] for model in record.models], record.samples, record.most or 0.0)
    wanted = record.total // (len(record.models) * record.samples)
    how = CUT_SHORT.get(record.status, "Ended")
    short = "" if len(rows) == wanted else f"{how} after {len(rows)} of {wanted} rows. "
    said = f"{record.doubt} {short}{verdict(summary)}".strip()
    record.summary = {**summary, "verdict": said, "notes": [*record.notes, *caveats(summary)]}
    card = card_of(record)
    folder.write_cards(card_markdown(card), card_html(card))
