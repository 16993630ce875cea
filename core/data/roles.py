"""The words in the names of columns: which name which role, and which say that a column is none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NAMES: dict[str, tuple[str, ...]] = {
    "instruction": (
        "question", "instruction", "prompt", "problem", "query", "task", "input", "user", "document", "article", "text",
        "goal", "ctx", "sentence", "premise", "message", "review", "comment", "tweet", "post", "utterance", "dialogue",
        "passage", "body", "content", "statement", "claim", "description", "stem",
    ),
    "response": (
        "answer", "ans", "truth", "gold", "ideal", "response", "output", "completion", "chosen", "solution", "target",
        "expected", "correct", "label", "reply", "assistant", "summary", "highlights", "result", "reference", "story",
        "poem", "code", "sql", "cop", "query", "translation", "sentiment", "intent", "emotion", "category", "class",
        "topic", "stars", "rating",
    ),
    "context": (
        "input", "choices", "options", "endings", "context", "passage", "document", "article", "background", "body",
        "support", "paragraph", "evidence", "facts", "tools", "premise", "hypothesis", "sentence2", "schema", "table",
    ),
    "score": ("score", "overall", "similarity", "grade"),
    "reasoning": (
        "reasoning", "rationale", "explanation", "working", "cot", "steps", "thinking", "thought", "exp", "solution",
    ),
}  # fmt: skip
"""Words that name a column's role, the surest first."""

FINAL_WORDS = ("final", "expected", "correct", "gold", "short", "best", "ground", "canonical", "reference")
FILLERS = (*FINAL_WORDS, "text", "body", "key", "option", "str", "list", "stem", "main", "new", "my")
"""Words that change nothing in the meaning of a name."""
ID_WORDS = frozenset(
    ("id", "ids", "idx", "index", "ind", "uid", "uuid", "guid", "hash", "md5", "sha", "url", "urls", "link", "links",
     "uri", "checksum", "hexsha", "timestamp")
)  # fmt: skip
PLACE_WORDS = frozenset(("idx", "index"))
"""Words of columns that count something: the rows, or the options up to the right one."""
TOKEN_WORDS = frozenset(
    ("tok", "toks", "token", "tokens", "tokenized", "lemmas", "ner", "embedding", "embeddings", "vector", "mask")
)
FACT_WORDS = frozenset(
    ("source", "split", "subset", "level", "difficulty", "type", "subject", "lang", "language", "date", "time",
     "created", "author", "version", "license", "licence", "style", "count", "num", "length", "len", "weight", "role",
     "rank", "status", "model", "engine", "score", "scores", "rating", "votes", "dataset", "ability", "title", "titles",
     "start", "end", "parent", "path", "file")
)  # fmt: skip
"""Words of columns that say something about a row."""
OPTION_WORDS = frozenset(("choices", "options", "endings", "alternatives"))
WRONG_WORDS = frozenset(
    ("rejected", "distractor", "distractors", "incorrect", "wrong", "negative", "negatives", "bad", "worse", "loser")
)
"""Words of columns with wrong answers."""
MADE_WORDS = frozenset(
    ("generated", "generation", "generations", "predicted", "prediction", "predictions", "pred", "preds", "sampled",
     "student", "candidate")
)  # fmt: skip
"""Words of columns that a model wrote, right or wrong."""
TEST_WORDS = frozenset(("test", "tests", "asserts", "unittest", "unittests"))
QUESTION_WORDS = frozenset(("question", "prompt", "instruction", "problem"))
"""Words of columns that are the question, whatever they hold."""
ANSWER_WORDS = frozenset(
    ("answer", "answers", "target", "label", "output", "solution", "truth", "result", "correct", "gold")
)
LANGUAGE_WORDS = frozenset(("lang", "language"))
VERDICT_WORDS = frozenset(("winner", "better", "preference", "preferred"))
"""Words of columns that say which of two answers is the better one."""
SEVERAL_WORDS = frozenset(("answers", "solutions", "references", "targets", "completions"))
"""Words of columns with several right answers."""
WRAPPER_WORDS = frozenset(("data", "row", "example", "item", "sample", "record", "fields"))
"""Words of objects that hold a whole row."""

SURE, PART, FORM, NOTHING = 0.95, 0.75, 0.6, 0.3
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True)
class Guess:
    """One guessed column: its path, how sure, from 0 to 1, and why."""

    field: str | None
    confidence: float
    reason: str


def words_of(name: str) -> list[str]:
    """The words in a column's name: "expectedAnswer", "expected_answer" and "Expected answer" have the same two."""
    return [word.lower() for word in WORD.findall(name)]


def by_name(role: str, columns: Sequence[str], taken: Sequence[str | None]) -> Guess | None:
    """The column whose name fits the role best: the whole name first, then one word of it, in the order of NAMES."""
    return best_named(role, ((column, words_of(column)) for column in columns if column not in taken))


def best_named(role: str, named: Iterable[tuple[str, list[str]]]) -> Guess | None:
    """As `by_name`, of (column, words of its name)."""
    ranked = []
    for place, (column, words) in enumerate(named):
        for rank, name in enumerate(NAMES[role]):
            if name in words or f"{name}s" in words:
                is_whole = all(word in (name, f"{name}s", *FILLERS) or word.isdigit() for word in words)
                ranked.append((not is_whole, rank - len(set(words) & set(FINAL_WORDS)), place, column, name))
    if not ranked:
        return None
    not_whole, _, _, column, name = min(ranked)
    if not_whole:
        return Guess(column, PART, f"{column!r} has the word {name!r}")
    return Guess(column, SURE, f"{column!r} is called {name!r}")
