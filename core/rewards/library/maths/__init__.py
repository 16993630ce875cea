"""Short mathematical answers: what a text states, and whether two texts state the same."""
