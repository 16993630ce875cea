"""Pure scoring functions of (response, reference, example)."""
