"""What rewards ask of a text: its words and sentences, its language, whether it is prose at all."""
