"""Prompt templates: the form of a question, and the parts of an answer."""
