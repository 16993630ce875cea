"""The counts in core/runs/phases.py are those of the installed torch, transformers and TRL."""

import pytest
from trl.trainer.utils import selective_log_softmax_and_entropy

from core.catalog.families import base_model
from core.runs.phases import FLOAT32, LOGIT_COPIES, passing_values, saved_values
from tests.support.fake_memory import RANK, WIDTHS, faked, peak_bytes

pytestmark = pytest.mark.real

LLAMA = base_model("unsloth/Llama-3.1-8B-Instruct").shape
ROWS, TOKENS = 2, 1024


def first(logits, _ids):
    return logits[..., 0]


def values(layers, engine, recompute):
    """Values a token at the peak, with logits of one token alone."""
    with faked(LLAMA, layers, WIDTHS[engine], recompute) as model:
        return peak_bytes(model, ROWS, TOKENS, 1, first) / ROWS / TOKENS / WIDTHS[engine]


@pytest.mark.parametrize("engine", WIDTHS)
def test_a_layer_saves_what_is_counted(engine):
    saved = (values(6, engine, False) - values(2, engine, False)) / 4
    assert saved_values(LLAMA, RANK, engine) == pytest.approx(saved, rel=0.03)


@pytest.mark.parametrize("engine", WIDTHS)
def test_checkpointing_keeps_inputs_and_computes_one_layer_anew(engine):
    few, many = values(1, engine, True), values(3, engine, True)
    assert (many - few) / 2 == pytest.approx(LLAMA.hidden, rel=0.01)
    anew = saved_values(LLAMA, RANK, engine) + passing_values(LLAMA, engine)
    assert anew + LLAMA.hidden == pytest.approx(few, rel=0.06)


def test_trl_holds_four_copies_of_the_logits_on_the_cpu():
    def score(logits, ids):
        return selective_log_softmax_and_entropy(logits, ids, entropy_requires_grad=False)[0]

    with faked(LLAMA, 1, FLOAT32, True) as model:
        peak = peak_bytes(model, 8, 1024, 512, score)
    inputs = 8 * 1024 * LLAMA.hidden * FLOAT32
    copies = (peak - inputs) / (8 * 512 * LLAMA.vocab * FLOAT32)
    assert copies == pytest.approx(LOGIT_COPIES["cpu"], rel=0.05)
