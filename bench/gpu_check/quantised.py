"""4-bit and 8-bit weights, optimisers with 8-bit and paged states: they train, and the adapter can be loaded again."""

from __future__ import annotations

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.findings import Findings
from bench.gpu_check.instructions import Instructions
from bench.gpu_check.settings import settings

KINDS = {
    "16bit adamw_8bit": ("none", "adamw_8bit"),
    "16bit paged_adamw_8bit": ("none", "paged_adamw_8bit"),
    "4bit paged_adamw_8bit": ("4bit", "paged_adamw_8bit"),
    "8bit adamw_torch_fused": ("8bit", "adamw_torch_fused"),
}
FAST = {"learning_rate": 1e-2, "max_new_tokens": 64}
SAME_SHARE = 0.1
"""The accepted error of a reloaded adapter, as a fraction of the change by training."""


def look(bed: Bed) -> None:
    """Two steps of each kind, all at the same time."""
    sessions = {
        kind: bed.session(
            kind.replace(" ", "-"),
            "medium",
            settings({"model": {"quantization": quantization}, "training": {**FAST, "optim": optimiser}}),
            Instructions(compares_reload=True),
        )
        for kind, (quantization, optimiser) in KINDS.items()
    }
    bed.run(*sessions.values())
    for kind, session in sessions.items():
        judge(bed.findings, kind, session)
    judge_weights(bed.findings, {kind: _weights_gib(session) for kind, session in sessions.items()})


def judge(found: Findings, kind: str, session: Session) -> None:
    """Expect two steps with a gradient, and an adapter that answers as the trained model did."""
    found.expect(f"{kind}: the run is completed", session.state.status == "completed", session.outcome)
    norms = [row.get("grad_norm") for row in session.steps()]
    found.expect(f"{kind}: both steps have a gradient", len(norms) == 2 and all(norms), norms)
    apart = session.measured.get("reload") or {"moved_nats": 0.0, "reloaded_nats": None}
    found.figure(f"{kind} reload", apart)
    found.expect(f"{kind}: training has changed the model", apart["moved_nats"] > 0, apart)
    is_same = apart["reloaded_nats"] is not None and apart["reloaded_nats"] <= SAME_SHARE * apart["moved_nats"]
    found.expect(f"{kind}: the reloaded adapter answers the same", is_same, apart)


def judge_weights(found: Findings, gib: dict[str, float | None]) -> None:
    """Expect that fewer bits take less memory: a quantisation that was passed over would be as large as 16 bits."""
    found.figure("weights_gib", gib)
    sizes = [gib["4bit paged_adamw_8bit"], gib["8bit adamw_torch_fused"], gib["16bit adamw_8bit"]]
    smaller = None not in sizes and sizes[0] < sizes[1] < sizes[2]
    found.expect("4-bit weights take less than 8-bit ones, and these less than 16-bit ones", smaller, sizes)


def _weights_gib(session: Session) -> float | None:
    return session.measured.get("memory", {}).get("weights_gib")
