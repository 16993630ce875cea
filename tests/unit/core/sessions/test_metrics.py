"""TRL's log record under the documented names."""

from core.sessions.metrics import from_trl

RECORD = {
    "loss": 0.1,
    "reward": 0.5,
    "frac_reward_zero_std": 0.0,
    "signal_fraction": 0.75,
    "unscored_fraction": 0.125,
    "completions/mean_length": 12.0,
    "completions/clipped_ratio": 0.3,
    "clip_ratio/low_mean": 0.0,
    "rewards/exact-match/mean": 0.5,
    "rewards/exact-match/std": 0.1,
    "step_time": 2.0,
    "kl": float("nan"),
    "something/new": 7,
}


def test_names_and_nesting_are_the_documented_ones():
    metrics = from_trl(RECORD, has_reference=False)
    assert (metrics["signal_fraction"], metrics["unscored_fraction"]) == (0.75, 0.125)
    assert metrics["completion_length"] == {"mean": 12.0}
    assert metrics["truncated_fraction"] == 0.3
    assert metrics["clip_ratio"] == {"low": 0.0}
    assert metrics["rewards"] == {"exact-match": {"mean": 0.5, "std": 0.1}}
    assert metrics["step_seconds"] == 2.0


def test_unknown_keys_are_kept_and_none_is_invented():
    metrics = from_trl(RECORD, has_reference=False)
    assert metrics["other"] == {"something/new": 7.0}
    assert "entropy" not in metrics


def test_nan_is_null():
    assert from_trl(RECORD, has_reference=True)["kl"] is None


def test_a_kl_of_a_run_without_a_reference_model_is_none():
    assert from_trl(RECORD | {"kl": 0.0}, has_reference=False)["kl"] is None
    assert from_trl(RECORD | {"kl": 0.5}, has_reference=True)["kl"] == 0.5


def test_what_vllm_changes_has_names_of_its_own():
    keys = ("sampling_logp_difference/mean", "sampling_logp_difference/max", "importance_sampling_ratio/min")
    metrics = from_trl(
        {f"sampling/{key}": value for key, value in zip(keys, (0.01, 0.2, 0.0), strict=True)}, has_reference=False
    )
    assert metrics["sampler_gap"] == {"mean": 0.01, "max": 0.2}
    assert metrics["sampler_ratio"] == {"min": 0.0}
