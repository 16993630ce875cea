import re


def soft_format_reward(completions: list[list[dict]], **kwargs) -> list[float]:
    """Pays for both blocks in the right order, wherever they stand."""
    wanted = re.compile(r"<reasoning>.*?</reasoning>\s*<answer>.*?</answer>", re.S | re.I)
    return [0.5 if wanted.search(message[0]["content"]) is not None else 0.0 for message in completions]
