def get_repetition_penalty_reward(ngram_size: int, max_penalty: float):
    """Makes a reward from `max_penalty`, when every n-gram repeats, to 0, when none does."""
    if max_penalty > 0:
        raise ValueError(f"max_penalty {max_penalty} should not be positive")

    def zipngram(text: str, ngram_size: int):
        words = text.lower().split()
        return zip(*[words[i:] for i in range(ngram_size)])

    def repetition_penalty_reward(completions, **kwargs) -> float:
        contents = [completion[0]["content"] for completion in completions]
        rewards = []
        for completion in contents:
            if completion == "" or len(completion.split()) < ngram_size:
                rewards.append(0.0)
                continue
            ngrams = set()
            total = 0
            for ng in zipngram(completion, ngram_size):
                ngrams.add(ng)
                total += 1
            scaling = 1 - len(ngrams) / total
            rewards.append(scaling * max_penalty)
        return rewards

    return repetition_penalty_reward


reward_funcs = [get_repetition_penalty_reward(ngram_size=3, max_penalty=-1.0)]
