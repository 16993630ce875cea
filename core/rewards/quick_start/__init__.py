"""Quick Start: which mapping, prompt and reward suit a data set."""
