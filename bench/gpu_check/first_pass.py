"""The first pass over new completions: old and new probabilities come from one model, so the ratio must be 1.

Unsloth may compute a group's prompt once (prefix grouper) and pack rows; the product turns both off if ratios
matter. Both are measured on and off, to see on a card whether that is necessary.
"""

from __future__ import annotations

import itertools

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.findings import Findings
from bench.gpu_check.instructions import Instructions
from bench.gpu_check.settings import TWICE, settings

SAME_NATS = 1e-3
GSPO, ROBUST = {"grpo": {"algorithm": "gspo"}}, {"grpo": {"algorithm": "or_grpo"}}
OFF = "grouper 0, packing 0"


def look(bed: Bed) -> None:
    """GSPO, whose clip range of 0.0003 shows the smallest difference, with each switch; OR-GRPO, whose loss is no 0."""
    model, gspo = "small" if bed.on_gpu else "tiny", settings(GSPO, TWICE)
    ours = {
        f"grouper {grouper}, packing {packing}": bed.session(
            f"ratio-{grouper}{packing}",
            model,
            gspo,
            Instructions(switches=_switches(grouper, packing)),
        )
        for grouper, packing in (itertools.product("01", repeat=2) if bed.on_gpu else [("0", "0")])
    }
    theirs = bed.session("ratio-trl", model, gspo, Instructions(engine="trl"))
    robust = [bed.session(f"loss-{name or 'unsloth'}", model, settings(ROBUST), Instructions(engine=name))
              for name in ("", "trl")]  # fmt: skip
    bed.run(*ours.values(), theirs, *robust)
    for name, session in ours.items():
        note(bed.findings, name, session)
    judge(bed.findings, ours[OFF], theirs)
    judge_losses(bed.findings, *robust)


def note(found: Findings, name: str, session: Session) -> None:
    """Figures of a first pass: loss and clipped share, which ought to be 0, and how far a ratio was from 1."""
    is_completed = session.state.status == "completed"
    found.expect(f"{name}: the run is completed", is_completed, session.outcome)
    if not is_completed:
        return
    first, passes = session.steps()[0], session.config.training.gradient_accumulation_steps
    deviations = session.measured.get("ratio_deviations", [])[:passes]
    clip = max(first["clip_ratio"].values())
    found.figure(name, {"loss": first["loss"], "clip": clip, "ratio_off": max(deviations, default=None)})


def judge(found: Findings, ours: Session, theirs: Session) -> None:
    """Check that the first pass of GSPO has the ratio 1, with both switches off and with plain TRL."""
    for name, session in (("unsloth", ours), ("trl", theirs)):
        state = session.state
        found.expect(f"{name}: the run is completed", state.status == "completed", session.outcome)
        if state.status != "completed":
            continue
        found.expect(f"{name}: that is the engine", state.engine["engine"] == name, state.engine)
        first, second = session.steps()[:2]
        clip = first["clip_ratio"]
        found.expect(f"{name}: the first pass clips nothing", not any(clip.values()), clip)
        found.expect(f"{name}: its loss is 0", abs(first["loss"]) <= SAME_NATS, first["loss"])
        found.expect(f"{name}: it has a gradient", first["grad_norm"] > 0, first["grad_norm"])
        found.expect(f"{name}: the second pass differs", second["loss"] != first["loss"], second["loss"])


def judge_losses(found: Findings, ours: Session, theirs: Session) -> None:
    """Expect one first loss of both engines where both drew the same completions, as they do on the CPU; on a card
    rounding may have one token drawn otherwise."""
    if {ours.state.status, theirs.state.status} != {"completed"}:
        found.expect("both runs are completed", False, [ours.outcome, theirs.outcome])
        return
    are_same = ours.answers == theirs.answers
    losses = [session.steps()[0]["loss"] for session in (ours, theirs)]
    found.figure("same_completions", are_same)
    found.figure("first_losses", losses)
    apart = abs(losses[0] - losses[1])
    found.expect("both engines begin with one loss", not are_same or apart <= SAME_NATS, losses)


def _switches(grouper: str, packing: str) -> dict[str, str]:
    return {"UNSLOTH_GRPO_PREFIX_GROUPER": grouper, "UNSLOTH_GRPO_SEQ_PACKING": packing}
