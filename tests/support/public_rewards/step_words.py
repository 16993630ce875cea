import re
from typing import Any


def reasoning_steps_reward(completions: list[list[dict[str, str]]], **kwargs: Any) -> list[float]:
    """Pays for steps that can be seen; three of them are enough."""
    pattern = r"(Step \d+:|^\d+\.|\n-|\n\*|First,|Second,|Next,|Finally,)"
    contents = [completion[0]["content"] for completion in completions]
    counts = [len(re.findall(pattern, content)) for content in contents]
    return [min(1.0, count / 3) for count in counts]
