"""Exports and their upload."""
