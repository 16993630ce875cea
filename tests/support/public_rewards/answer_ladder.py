import re

match_answer = re.compile(r"<answer>(.+?)</answer>", flags=re.MULTILINE | re.DOTALL)


def check_answer(prompts, completions, answer, **kwargs):
    """From -2 for nonsense to 3 for the very text."""
    question = prompts[0][-1]["content"]
    responses = [completion[0]["content"] for completion in completions]
    extracted = [found.group(1) if (found := match_answer.search(text)) is not None else None for text in responses]
    scores = []
    for guess, true_answer in zip(extracted, answer):
        if guess is None:
            scores.append(-2.0)
            continue
        if guess == true_answer:
            scores.append(3.0)
        elif guess.strip() == true_answer.strip():
            scores.append(1.5)
        else:
            try:
                ratio = float(guess) / float(true_answer)
                if 0.9 <= ratio <= 1.1:
                    scores.append(0.5)
                elif 0.8 <= ratio <= 1.2:
                    scores.append(0.25)
                else:
                    scores.append(-1.0)
            except (ValueError, ZeroDivisionError):
                scores.append(-1.5)
    print("*" * 20 + f"Question:\n{question}", f"\nAnswer:\n{answer[0]}", f"\nResponse:\n{responses[0]}")
    return scores
