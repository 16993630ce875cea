"""Unsloth's own code on a machine without an NVIDIA GPU."""
