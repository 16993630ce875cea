"""Child processes: how they are started, followed and ended."""
