import json
import re


def extract_json(text):
    match = re.search(r"```(?:json)?\s*(\{.*?\})\s*```", text, re.DOTALL)
    return match.group(1) if match else text[text.find("{") : text.rfind("}") + 1]


def json_keys_reward(completions, keys, **kwargs):
    """The share of the wanted keys that the object has; -1 for what is no object."""
    rewards = []
    for completion, wanted in zip(completions, keys):
        content = completion if isinstance(completion, str) else completion[0]["content"]
        try:
            found = json.loads(extract_json(content))
        except json.JSONDecodeError:
            rewards.append(-1.0)
            continue
        if not isinstance(found, dict):
            rewards.append(-1.0)
            continue
        rewards.append(sum(key in found for key in wanted) / len(wanted))
    return rewards
