"""Sampling and learning that compute a prompt once for all its completions."""
