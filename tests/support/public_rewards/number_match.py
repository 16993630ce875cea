import re

number_in_answer = re.compile(r"<answer>.*?(-?[\d.,]+)", flags=re.MULTILINE | re.DOTALL)

PRINTED_TIMES = 0
PRINT_EVERY_STEPS = 5


def check_numbers(prompts, completions, answer, **kwargs):
    global PRINTED_TIMES
    question = prompts[0][-1]["content"]
    responses = [completion[0]["content"] for completion in completions]
    guesses = [m.group(1) if (m := number_in_answer.search(r)) else None for r in responses]
    if PRINTED_TIMES % PRINT_EVERY_STEPS == 0:
        print(question, "->", guesses)
    PRINTED_TIMES += 1
    scores = []
    for guess, wanted in zip(guesses, answer):
        if guess is None:
            scores.append(-2.5)
            continue
        try:
            wanted = float(wanted.strip())
            scores.append(3.5 if float(guess.strip().replace(",", "")) == wanted else -1.5)
        except Exception:
            scores.append(0)
    return scores
