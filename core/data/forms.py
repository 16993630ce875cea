"""Forms of data that need more than a name: chats, preference pairs, translations, questions in two parts, options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.paths import are_options
from core.data.profile import MOSTLY, Column, named
from core.data.roles import FORM, SURE, VERDICT_WORDS, Guess, words_of

PAIRS = (
    ("body", "question"), ("premise", "hypothesis"), ("sentence1", "sentence2"), ("question1", "question2"),
    ("text1", "text2"), ("story", "question"),
)  # fmt: skip
"""Names of columns that are one question in two parts, in this order."""
SENT = (("source", "target"), ("src", "tgt"), ("src", "trg"))
"""Names of a text and its translation."""
TASKS = ("prompt", "question", "topic", "assignment")
"""Names of what an essay is about."""
RIVALS = ("response", "completion", "output", "answer", "conversation")
"""Names of answers that are compared, as in response_a and response_b."""
JUDGED = (["completion"], ["response"], ["output"], ["answer"], ["reply"])
VERDICTS = (["label"], ["correct"], ["is", "correct"])
GOOD_AND_BAD = ({"true", "false"}, {"1", "0"})
"""Words of answers, and of columns that say of each whether it is good."""
MOST_OPTIONS = 8
CHAT_WORDS = frozenset(("conversation", "conversations", "messages", "dialog", "dialogue", "turns", "chat"))
PREFERENCE_HINT = (
    "Each row has a chosen and a rejected answer. GRPO needs only the question and one right answer: the chosen one is "
    "the reference, and the rejected one is not used."
)

Chat = dict[str, Column]
"""The turns that the rows of a chat have, by name."""


@dataclass(frozen=True)
class Pair:
    """Question and answer as found, what belongs to the question, and what a user should know."""

    instruction: Guess
    response: Guess
    contexts: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def chats_in(columns: Sequence[Column]) -> dict[str, Chat]:
    """Column with chats -> its turns."""
    found: dict[str, Chat] = {}
    for column in columns:
        if column.is_turn:
            base, _, turn = column.path.rpartition(".")
            found.setdefault(base, {})[turn] = column
    return {base: chat for base, chat in found.items() if {"user", "question"} <= chat.keys()}


def is_answered(chat: Chat) -> bool:
    """Whether most rows end with a reply."""
    return "reply" in chat and chat["reply"].share >= 0.5 * chat["question"].share


def question_of(base: str, chat: Chat) -> str:
    """The path of the question of a chat that ends with it: its user turn, or all turns where there are several."""
    return f"{base}.user" if chat["user"].texts == chat["question"].texts else f"{base}.question"


def system_of(chat: Chat) -> tuple[str, ...]:
    """The path of its system text, if a row has one."""
    return (chat["system"].path,) if "system" in chat and chat["system"].texts else ()


def plain(columns: Sequence[Column], chats: dict[str, Chat]) -> list[Column]:
    """The columns that are no turn of a chat; a chat that ends with the question counts as that question."""
    turns = {column.path for chat in chats.values() for column in chat.values()}
    asked = {question_of(base, chat) for base, chat in chats.items() if not is_answered(chat)}
    return [column for column in columns if column.path not in turns or column.path in asked]


def preference(columns: Sequence[Column]) -> Pair | None:
    """A chosen and a rejected answer; the question they share has its own column, or comes before both."""
    if not {"chosen", "rejected"} <= {column.steps[0] for column in columns}:
        return None
    chats = chats_in(columns)
    others = [column for column in plain(columns, chats) if column.steps[0] not in ("chosen", "rejected")]
    asks = named("instruction", [column for column in others if column.can_ask])
    why = "it is the chosen answer of a pair"
    if "chosen" in chats and is_answered(chats["chosen"]):
        asks = asks or Guess("chosen.question", FORM, "'chosen' holds a chat; all before its last answer")
        return Pair(asks, Guess("chosen.reply", FORM, why), system_of(chats["chosen"]), (PREFERENCE_HINT,))
    answer = next((column.path for column in columns if column.steps[0] == "chosen" and column.can_answer), None)
    asks = asks or Guess(None, 0.0, "the question that chosen and rejected answers share can't be told from them")
    return Pair(asks, Guess(answer, FORM, why), (), (PREFERENCE_HINT,))


def translation(columns: Sequence[Column]) -> Pair | None:
    """A text and its translation: two languages below one name, or a source and a target."""
    below = [column for column in columns if column.steps[0] == "translation" and len(column.steps) == 2]
    if len(below) < 2:
        names = {" ".join(column.words): column for column in columns}
        below = next(([names[a], names[b]] for a, b in SENT if a in names and b in names), [])
    if len(below) < 2 or not all(column.is_prose for column in below[:2]):
        return None
    first, second = (column.path for column in below[:2])
    why = f"{first!r} and {second!r} are a text and its translation"
    hint = f"The prompt must say that {first!r} is to be translated into {second!r}."
    return Pair(Guess(first, FORM, why), Guess(second, FORM, why), (), (hint,))


def two_parts(columns: Sequence[Column]) -> Pair | None:
    """A question in two columns, such as a story and the question about it, or two sentences that are compared."""
    names = {"".join(column.words): column for column in columns if column.is_prose}
    for first, second in PAIRS:
        if first not in names or second not in names:
            continue
        parts = (names[first].path, names[second].path)
        answer = named("response", [column for column in columns if column.path not in parts and column.can_answer])
        if answer is None and first.endswith("1"):  # two equal parts are compared
            answer = _score(columns)
        if answer is not None:
            why = f"{parts[0]!r} and {parts[1]!r} are one question in two parts"
            return Pair(Guess(parts[0], SURE, why), answer, (parts[1],))
    return None


def essay(columns: Sequence[Column]) -> Pair | None:
    """An essay and its score."""
    names = {"".join(column.words): column.path for column in columns if column.is_prose}
    score = _score(columns)
    if "essay" not in names or score is None:
        return None
    why = f"{names['essay']!r} is what {score.field!r} judges"
    return Pair(Guess(names["essay"], FORM, why), score, tuple(names[task] for task in TASKS if task in names))


def _score(columns: Sequence[Column]) -> Guess | None:
    """A number that judges a text or compares two."""
    return named("score", [column for column in columns if column.is_number])


def judged(columns: Sequence[Column]) -> Pair | None:
    """Answers of models, and what somebody thinks of them: a bad one must not become the reference."""
    why = _judged_alone(columns) or _judged_together(columns)
    chats = chats_in(columns)
    asks = named("instruction", [column for column in plain(columns, chats) if column.can_ask])
    asks = asks or next(
        (Guess(f"{base}.user", FORM, f"{base!r} holds a chat; its first user turn") for base in chats), None
    )
    return Pair(asks, Guess(None, 0.0, why)) if why and asks else None


def _judged_alone(columns: Sequence[Column]) -> str:
    """Why answers that another column calls good or bad are no references, as in the data of KTO; empty if none are."""
    for verdict in columns:
        if verdict.words in VERDICTS and {text.casefold() for text in verdict.texts} in GOOD_AND_BAD:
            for answer in columns:
                if answer.words in JUDGED and answer.path != verdict.path:
                    return f"{answer.path!r} has good answers and bad ones, as {verdict.path!r} says"
    return ""


def _judged_together(columns: Sequence[Column]) -> str:
    """Why answers of which another column names the better one are no references; empty if none are."""
    names = list(dict.fromkeys(column.steps[0] for column in columns))
    rivals = [name for name in names if _is_rival(words_of(name))]
    verdict = next((name for name in names if set(words_of(name)) & VERDICT_WORDS), None)
    if verdict is None or len(rivals) < 2:
        return ""
    return (
        f"{verdict!r} says in each row which of {', '.join(map(repr, rivals))} is better, and one column must be right"
    )


def _is_rival(words: Sequence[str]) -> bool:
    return len(words) == 2 and words[0] in RIVALS and words[1] in ("a", "b", "0", "1", "2")


def answered_chat(chats: dict[str, Chat], answer: Guess | None) -> Pair | None:
    """The first user turn of a chat and the assistant's turn after it, or a column that is called an answer."""
    for base, chat in chats.items():
        if is_answered(chat) and "assistant" in chat:
            reply = Guess(f"{base}.assistant", FORM, f"{base!r} holds a chat; the assistant's turn after it")
            asks = Guess(f"{base}.user", FORM, f"{base!r} holds a chat; its first user turn")
            return Pair(asks, answer or reply, system_of(chat))
    return None


def alternating(columns: Sequence[Column]) -> Pair | None:
    """A chat that is a list of texts, question and answer in turn."""
    for column in columns:
        lists = [value for value in column.values if isinstance(value, list)]
        is_chat = bool(set(column.words) & CHAT_WORDS) and len(lists) >= MOSTLY * len(column.values)
        if is_chat and all(len(turns) > 1 and isinstance(turns[0], str) for turns in lists):
            why = f"{column.path!r} holds a chat as a list of texts"
            return Pair(Guess(f"{column.path}.0", FORM, why), Guess(f"{column.path}.1", FORM, why))
    return None


def tests_in(columns: Sequence[Column]) -> Column | None:
    """The column that holds tests to run: by its name, and because nearly all rows have an assertion in it."""
    for column in columns:
        if column.is_test and sum(map(_has_test, column.values)) >= MOSTLY * len(column.values):
            return column
    return None


def _has_test(value: object) -> bool:
    tests = value if isinstance(value, (list, tuple)) else [value]
    return any("assert" in test if isinstance(test, str) else isinstance(test, dict) for test in tests)


def options_in(columns: Sequence[Column]) -> Column | None:
    """The column that lists the options of a choice."""
    return next((column for column in columns if column.is_options), None)


def split_options(columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns that hold one option of a choice each: option1, option2, or opa, opb, opc, opd."""
    filled = [column.path for column in columns if column.texts]
    for start in range(len(filled) - 1):
        for end in range(min(len(filled), start + MOST_OPTIONS), start + 1, -1):
            if are_options(filled[start:end]):
                return tuple(filled[start:end])
    return ()
