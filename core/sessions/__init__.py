"""What a run is: its events, the state folded from them, its folder."""
