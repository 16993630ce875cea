"""What merging keeps of an adapter that is finer than the steps between 16-bit numbers."""

import pytest

torch = pytest.importorskip("torch")

from core.workers.rounding import rounded  # noqa: E402 - after torch is known to be there

pytestmark = pytest.mark.real

TYPES = ["bfloat16", "float16"]


def generator(seed=1):
    return torch.Generator().manual_seed(seed)


def weights_of(dtype):
    """Weights of a base model that is stored in a 16-bit type, in float32."""
    return torch.empty(200_000).normal_(std=0.05, generator=generator(seed=0)).to(getattr(torch, dtype)).float()


@pytest.mark.parametrize("dtype", TYPES)
def test_on_average_nothing_of_a_small_change_is_lost(dtype):
    base = weights_of(dtype)
    change = base.abs() * 2.0**-13
    nearest = (base + change).to(getattr(torch, dtype)).float() - base
    kept = rounded(base + change, dtype, generator()).float() - base
    assert nearest.sum() < 0.6 * change.sum()
    assert abs(kept.sum() / change.sum() - 1) < 0.05


@pytest.mark.parametrize("dtype", TYPES)
def test_what_the_type_can_hold_stays_as_it_is(dtype):
    base = torch.cat([weights_of(dtype), torch.tensor([0.0, 1.0, -1.0, 2.0**-20, 3.0, -100.5])])
    assert torch.equal(rounded(base, dtype, generator()).float(), base)


@pytest.mark.parametrize("dtype", TYPES)
def test_no_weight_moves_by_more_than_one_step(dtype):
    weights = torch.cat(
        [torch.empty(100_000).normal_(std=0.05, generator=generator(seed=0)), torch.tensor([1e-6, -1e-7])]
    )
    nearest = weights.to(getattr(torch, dtype))
    steps = torch.nextafter(nearest.abs(), torch.full_like(nearest, torch.inf)).float() - nearest.abs().float()
    assert ((rounded(weights, dtype, generator()).float() - weights).abs() <= steps).all()


def test_the_same_seed_rounds_in_the_same_way():
    weights = torch.empty(1000).normal_(generator=generator(seed=0))
    first, second = (rounded(weights, "bfloat16", generator()) for _ in range(2))
    assert torch.equal(first, second)
