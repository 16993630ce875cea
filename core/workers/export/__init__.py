"""`python -m core.workers.export DIR`: one export of a run."""
