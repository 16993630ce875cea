import re
from collections import Counter


def normalize_sql(query: str) -> str:
    query = re.sub(r"--.*?$", " ", query, flags=re.MULTILINE)
    query = re.sub(r"/\*.*?\*/", " ", query, flags=re.DOTALL)
    query = re.sub(r"\s*([(),=<>])\s*", r" \1 ", query.strip().rstrip(";"))
    parts = re.split(r"('[^']*')", query)
    return " ".join("".join(part if part.startswith("'") else part.lower() for part in parts).split())


def sql_reward(prompts, completions, ground_truth, **kwargs) -> list[float]:
    rewards = []
    for completion, truth in zip(completions, ground_truth):
        text = completion[0]["content"]
        blocks = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
        predicted = normalize_sql(blocks[-1] if blocks else text)
        expected = normalize_sql(truth)
        if predicted == expected:
            rewards.append(2.0)
        elif Counter(predicted.split()) == Counter(expected.split()):
            rewards.append(1.0)
        else:
            shared = Counter(predicted.split()) & Counter(expected.split())
            rewards.append(0.5 * sum(shared.values()) / max(len(expected.split()), 1))
    return rewards
