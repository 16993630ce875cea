"""`python -m core.workers.train DIR`: one run of a session."""
