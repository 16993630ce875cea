"""Checks that need an NVIDIA GPU, for ten minutes."""
