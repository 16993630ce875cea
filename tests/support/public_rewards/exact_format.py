import re


def strict_format_reward_func(completions, **kwargs) -> list[float]:
    """Pays for the exact layout: every tag on a line of its own."""
    pattern = r"^<reasoning>\n.*?\n</reasoning>\n<answer>\n.*?\n</answer>\n?$"
    responses = [completion[0]["content"] for completion in completions]
    matches = [re.match(pattern, text, flags=re.DOTALL) for text in responses]
    return [0.5 if match else 0.0 for match in matches]
