"""Batches and evaluations that are kept."""
