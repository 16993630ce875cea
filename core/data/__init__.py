"""Rows in, examples out."""
