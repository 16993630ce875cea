"""Answers of models: chats, comparisons, streams."""
