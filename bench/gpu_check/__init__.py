"""What to do with ten minutes of an NVIDIA GPU: checks of what no machine without one can show."""
