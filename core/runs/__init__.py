"""What takes a whole RunConfig: split, checks, plan, memory, TRL's arguments, metrics, diagnosis."""
