"""The shipped prompt templates."""

from __future__ import annotations

from core.prompts.template import Markers, PromptTemplate

GRPO_DEFAULT = PromptTemplate(
    "grpo-default",
    "You are given a problem.\n"
    "Think about the problem and provide your working out.\n"
    "Place it between <start_working_out> and <end_working_out>.\n"
    "Then, provide your solution between <SOLUTION></SOLUTION>",
    Markers("<start_working_out>", "<end_working_out>", "<SOLUTION>", "</SOLUTION>"),
)
THINK_ANSWER = PromptTemplate(
    "think-answer",
    "Reason about the question first, between <think> and </think>.\n"
    "Give the final answer, and nothing else, between <answer> and </answer>.",
    Markers("<think>", "</think>", "<answer>", "</answer>"),
)
SOLUTION_ONLY = PromptTemplate(
    "solution-only",
    "Answer with nothing but the solution, between <SOLUTION> and </SOLUTION>.",
    Markers(solution_start="<SOLUTION>", solution_end="</SOLUTION>"),
)
CODE_BLOCK = PromptTemplate(
    "code-block",
    "Solve the task in Python. Write all of the code into one block that begins with ```python and ends with ```",
    Markers(solution_start="```python", solution_end="```"),
)
PLAIN = PromptTemplate("plain", "", Markers())

SUMMARIES = {
    GRPO_DEFAULT: "Working out, then the solution between markers. The documented default.",
    THINK_ANSWER: "The tags that reasoning models such as DeepSeek-R1 and Qwen3 were trained on.",
    SOLUTION_ONLY: "The bare answer between markers: the quickest to learn, for small models and short answers.",
    CODE_BLOCK: "One fenced block of Python.",
    PLAIN: "No system prompt and no markers: the whole completion is the answer.",
}
"""Template -> its purpose."""

TEMPLATES = {template.name: template for template in SUMMARIES}
"""Name -> template."""
