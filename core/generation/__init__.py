"""Requests to models, and the names of models; pure."""
