import math


def get_cosine_scaled_reward(
    min_value_wrong: float = -1.0,
    max_value_wrong: float = -0.5,
    min_value_correct: float = 0.5,
    max_value_correct: float = 1.0,
    max_len: int = 1000,
):
    def cosine_scaled_reward(completions, solution, **kwargs):
        """A short right answer earns more than a long one, a long wrong one loses less than a short one."""
        contents = [completion[0]["content"] for completion in completions]
        rewards = []
        for content, sol in zip(contents, solution):
            is_correct = sol in content.split("</reasoning>")[-1]
            gen_len = len(content)
            progress = min(gen_len / max_len, 1.0)
            cosine = math.cos(progress * math.pi)
            if is_correct:
                min_value, max_value = min_value_correct, max_value_correct
            else:
                # swapped for wrong answers
                min_value, max_value = max_value_wrong, min_value_wrong
            reward = min_value + 0.5 * (max_value - min_value) * (1.0 + cosine)
            rewards.append(float(reward))
        return rewards

    return cosine_scaled_reward
