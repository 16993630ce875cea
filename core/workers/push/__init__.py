"""`python -m core.workers.push DIR`: one upload of an export to the hub."""
