"""What a model is asked, and how a model is named; pure."""
