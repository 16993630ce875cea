"""Curated tables: data, not code."""
