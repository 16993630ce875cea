"""Sessions: the events of a run, the state folded from them, its folder."""
