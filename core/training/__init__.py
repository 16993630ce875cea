"""Planning a run: arguments, algorithms and metrics; pure, no torch."""
