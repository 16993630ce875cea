"""What llama.cpp's quantiser says of tensors that do not fit a type."""

from core.workers.export.quantise import fallbacks_in

LOG = """[   1/   4] blk.0.attn_q.weight - [ 576, 576, 1, 1], type = f16,
warning: blk.0.attn_q.weight - ncols    576 not divisible by 256 (required for type    q4_K) -> falling back to    q5_0
warning: blk.0.attn_k.weight - ncols    576 not divisible by 256 (required for type    q4_K) -> falling back to    q5_0
warning: blk.0.attn_v.weight - ncols    576 not divisible by 256 (required for type    q6_K) -> falling back to    q8_0
"""


def test_tensors_in_another_type_are_counted_by_pairs():
    assert fallbacks_in(LOG) == [
        {"from": "q4_k", "to": "q5_0", "count": 2},
        {"from": "q6_k", "to": "q8_0", "count": 1},
    ]


def test_a_model_whose_rows_fit_has_none():
    assert fallbacks_in("[   1/   4] blk.0.attn_q.weight") == []
