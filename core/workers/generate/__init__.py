"""`python -m core.workers.generate ROOT`: answers of models on request."""
