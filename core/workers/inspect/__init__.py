"""`python -m core.workers.inspect ROOT`: looks at data, prompts and rewards on request."""
