"""The end of a record: sorts its rows, computes its summary and writes its cards, also when it was cut short."""

from __future__ import annotations

from core.evaluations.evaluation_card import evaluation_card
from core.evaluations.evaluation_card_html import evaluation_card_html
from core.evaluations.evaluation_card_markdown import evaluation_card_markdown
from core.evaluations.folder import ResultFolder
from core.evaluations.record import EvaluationRecord
from core.evaluations.results import EvaluationRow, EvaluationSummary
from core.evaluations.rows import batch_summary, is_whole
from core.evaluations.summary import summarize
from core.evaluations.verdict import caveats, verdict

CUT_SHORT = {"cancelled": "Cancelled", "failed": "Failed", "interrupted": "Interrupted"}


def settle(record: EvaluationRecord, folder: ResultFolder) -> None:
    """Complete `record`, which has its final status, from the rows in `folder`; write its cards and save it."""
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


def _settle_evaluation(record: EvaluationRecord, rows: list[EvaluationRow], folder: ResultFolder) -> None:
    if not rows:
        return
    summary = summarize(rows, [model["label"] for model in record.models], record.samples, record.most)
    wanted = record.total // (len(record.models) * record.samples)
    end = CUT_SHORT.get(record.status, "Ended")
    short = "" if len(rows) == wanted else f"{end} after {len(rows)} of {wanted} rows. "
    words = f"{record.doubt} {short}{verdict(summary)}".strip()
    whole: EvaluationSummary = {**summary, "verdict": words, "notes": [*record.notes, *caveats(summary)]}
    record.summary = whole
    card = evaluation_card(record, whole)
    folder.write_cards(evaluation_card_markdown(card), evaluation_card_html(card))
