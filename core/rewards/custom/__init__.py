"""Custom rewards: a user's own Python, or a recipe of checks."""
