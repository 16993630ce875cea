"""Data sets and uploads."""
