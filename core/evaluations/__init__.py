"""Tests of models that are kept: batches of prompts and evaluations on held-out rows; pure but for their folders."""
