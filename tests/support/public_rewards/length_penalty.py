import statistics
from collections import defaultdict


def length_penalty_reward(prompts, completions, completion_ids, **kwargs):
    """Within the answers to one question, how much longer than its siblings an answer is costs points."""
    groups = defaultdict(list)
    for index, prompt in enumerate(prompts):
        groups[str(prompt)].append(index)
    rewards = [0.0] * len(completions)
    for members in groups.values():
        lengths = [len(completion_ids[index]) for index in members]
        mean = statistics.mean(lengths)
        deviation = statistics.pstdev(lengths) or 1.0
        for index, length in zip(members, lengths):
            rewards[index] = -max(-1.0, min(1.0, (length - mean) / deviation))
    return rewards
