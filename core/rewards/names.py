"""The names of the shipped rewards, for the schema; the rewards themselves are in presets.py, which loads them all."""

from __future__ import annotations

TITLES = {
    "math-science": "Math & Science",
    "exact-match": "Exact Match",
    "question-answering": "Question Answering",
    "multiple-choice": "Multiple Choice",
    "numeric": "Numeric Closeness",
    "keywords": "Contains Keywords",
    "pattern": "Pattern",
    "chain-of-thought": "Chain of Thought",
    "reasoning": "Reasoning",
    "programming": "Programming",
    "code-generation": "Code Generation",
    "algorithm-implementation": "Algorithm Implementation",
    "creative-writing": "Creative Writing",
    "concise-summarization": "Concise Summarization",
    "citation-format": "Citation Format",
    "language": "Language",
    "solution-format": "Solution Format",
    "json-output": "JSON Output",
    "length": "Length",
    "plain-format": "Tool-Free Format",
    "no-repetition": "No Repetition",
    "procedural": "Task's Own Verifier",
}
"""Canonical name -> title, in the order of the library; a test holds the two equal."""

ALIASES = {
    "math": "math-science",
    "math & science": "math-science",
    "science": "math-science",
    "exact": "exact-match",
    "format": "solution-format",
    "code": "code-generation",
    "coding": "code-generation",
    "algorithm": "algorithm-implementation",
    "cot": "chain-of-thought",
    "citation": "citation-format",
    "citations": "citation-format",
    "summary": "concise-summarization",
    "summarization": "concise-summarization",
    "creative": "creative-writing",
    "qa": "question-answering",
    "json": "json-output",
    "choice": "multiple-choice",
}
"""Short name -> canonical name."""


def resolve_preset(name: str) -> str | None:
    """The canonical name of a preset given by name, title or alias; None when there is none."""
    plain = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    dashed = plain.replace(" ", "-")
    by_title = {title.lower().replace("-", " "): name for name, title in TITLES.items()}
    return dashed if dashed in TITLES else ALIASES.get(plain) or by_title.get(plain)
