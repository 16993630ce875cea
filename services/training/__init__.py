"""Runs: start, queue, plan, fit."""
