import logging

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

logger = logging.getLogger(__name__)


def accuracy_reward(completions: list[list[dict[str, str]]], solution: list[str], **kwargs) -> list[float | None]:
    """1 for an equal value, 0 for another, None where the gold answer can't be read."""
    contents = [completion[0]["content"] for completion in completions]
    rewards = []
    for content, sol in zip(contents, solution):
        gold_parsed = parse(sol, extraction_mode="first_match")
        if len(gold_parsed) == 0:
            logger.warning("Failed to parse gold solution: %s", sol)
            rewards.append(None)
            continue
        answer_parsed = parse(
            content,
            extraction_config=[LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()],
            extraction_mode="first_match",
        )
        try:
            rewards.append(float(verify(gold_parsed, answer_parsed)))
        except Exception as e:
            logger.error(f"verify failed: {e}, answer: {answer_parsed}, gold: {gold_parsed}")
            rewards.append(None)
    return rewards
