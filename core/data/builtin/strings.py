"""The strings set: small edits of phrases, of which language models see only tokens."""

from __future__ import annotations

import random
from collections.abc import Iterator

from core.data.builtin.base import BuiltinSet, Kind, Question, question_parameters, question_rows
from core.data.row import RawRow

WORDS = (
    "anchor", "apple", "arrow", "autumn", "badge", "banana", "barrel", "basket", "beach", "bell", "berry",
    "bird", "blanket", "boat", "bottle", "branch", "bread", "bridge", "brush", "bucket", "butter", "button",
    "cabin", "camera", "candle", "canyon", "carpet", "castle", "cave", "chair", "cherry", "circle", "city",
    "cloud", "coffee", "copper", "corner", "cotton", "cousin", "crane", "cricket", "crown", "dance", "desert",
    "dinner", "doctor", "dragon", "drum", "eagle", "earth", "engine", "evening", "falcon", "farm", "feather",
    "fence", "field", "finger", "flame", "flower", "forest", "fossil", "garden", "gate", "ginger", "glass",
    "glove", "grape", "guitar", "hammer", "harbor", "hill", "honey", "horse", "island", "jacket", "jewel",
    "jungle", "kettle", "kitchen", "ladder", "lake", "lamp", "lantern", "leaf", "lemon", "letter", "lion",
    "lizard", "market", "meadow", "melon", "mirror", "monkey", "moon", "morning", "mountain", "museum",
    "needle", "nest", "ocean", "olive", "onion", "orange", "orchard", "oven", "owl", "paint", "paper", "parrot",
    "pearl", "pencil", "pepper", "piano", "pillow", "planet", "pocket", "pond", "potato", "puzzle", "rabbit",
    "rain", "ribbon", "river", "road", "robin", "rocket", "sail", "salt", "school", "seed", "shadow", "sheep",
    "shell", "silver", "snow", "spider", "spoon", "spring", "square", "star", "statue", "stone", "storm",
    "street", "sugar", "summer", "sun", "table", "teacher", "temple", "thread", "ticket", "tiger", "tower",
    "train", "tree", "tulip", "tunnel", "turtle", "valley", "velvet", "violin", "wagon", "water", "whale",
    "wheat", "wheel", "window", "winter", "wolf", "wood", "yard", "zebra",
)  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
VOWELS = "aeiou"
QUOTE = "Answer with the result only, in lower case and without quotation marks."


def strings(*, size: int = 3000, seed: int = 0, kinds: str = "all", hardest: int = 3) -> Iterator[RawRow]:
    """Different edits of phrases of level + 1 words; columns and errors as `question_rows`."""
    return question_rows(KINDS, size, seed, kinds, hardest)


def reverse(rng: random.Random, level: int) -> Question:
    """The phrase read backwards, spaces included."""
    phrase = _phrase(rng, level)
    forms = ('Spell "{}" backwards, spaces included.', 'Write "{}" from its last character to its first.')
    back = phrase[::-1]
    return _question(rng, forms, (phrase,), back, f"The characters are {_spelled(phrase)}; backwards {_spelled(back)}.")


def replace(rng: random.Random, level: int) -> Question:
    """The phrase with every one letter turned into another."""
    phrase = _phrase(rng, level)
    old = rng.choice(_letters(phrase))
    new = rng.choice([letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter != old])
    forms = ('Replace every "{1}" in "{0}" with "{2}".', 'In "{0}", change each letter {1} to {2}.')
    reasoning = f'Letters "{old}" in {_spelled(phrase)}: {phrase.count(old)}.'
    return _question(rng, forms, (phrase, old, new), phrase.replace(old, new), reasoning)


def letter(rng: random.Random, level: int) -> Question:
    """The n-th letter of one of the words."""
    phrase = _phrase(rng, level)
    word = rng.choice(phrase.split())
    place = rng.randrange(min(len(word), len(ORDINALS)))
    forms = (
        'What is the {1} letter of the word "{2}" in "{0}"?',
        'Take the word "{2}" out of "{0}". Which letter is its {1}?',
    )
    return _question(rng, forms, (phrase, ORDINALS[place], word), word[place], f"{word} is spelled {_spelled(word)}.")


def word(rng: random.Random, level: int) -> Question:
    """The n-th word."""
    phrase = _phrase(rng, level)
    words = phrase.split()
    place = rng.randrange(len(words))
    forms = ('What is the {1} word of "{0}"?', 'Which word comes {1} in "{0}"?', 'Give the {1} word in "{0}".')
    numbered = ", ".join(f"{number} {each}" for number, each in enumerate(words, 1))
    return _question(rng, forms, (phrase, ORDINALS[place]), words[place], f"The words are {numbered}.")


def vowels(rng: random.Random, level: int) -> Question:
    """The phrase without a, e, i, o and u."""
    phrase = _phrase(rng, level)
    forms = (
        'Remove the vowels (a, e, i, o, u) from "{}" and keep the spaces.',
        'Write "{}" without the letters a, e, i, o and u; keep the spaces.',
    )
    kept = "".join(each for each in phrase if each not in VOWELS)
    return _question(rng, forms, (phrase,), kept, f"{_spelled(phrase)} keeps {_spelled(kept)}.")


def count(rng: random.Random, level: int) -> Question:
    """How often a letter occurs in the phrase, at least once."""
    phrase = _phrase(rng, level)
    asked = rng.choice(_letters(phrase))
    forms = ('How many times does the letter "{1}" stand in "{0}"?', 'Count the letter {1} in "{0}".')
    total = str(phrase.count(asked))
    return _question(
        rng,
        forms,
        (phrase, asked),
        total,
        f'Letters "{asked}" in {_spelled(phrase)}: {total}.',
        "Answer with a number.",
    )


def sort(rng: random.Random, level: int) -> Question:
    """The words in the order of the alphabet, or in the opposite one."""
    phrase = _phrase(rng, level)
    backwards = rng.random() < 0.3
    ordered = sorted(phrase.split(), reverse=backwards)
    forms = ('Sort the words "{}" {}, separated by spaces.', 'Put the words of "{}" in order {}, separated by spaces.')
    way = "from z to a" if backwards else "from a to z"
    reasoning = f"By their first letters, and the next ones where those are equal: {', '.join(ordered)}."
    return _question(rng, forms, (phrase, way), " ".join(ordered), reasoning)


def join(rng: random.Random, level: int) -> Question:
    """The words joined by a mark, or words joined so taken apart, or their first letters."""
    phrase = _phrase(rng, level)
    mark, name = rng.choice((("-", "hyphens"), ("_", "underscores"), ("/", "slashes"), ("+", "plus signs")))
    joined = mark.join(phrase.split())
    initials = "".join(each[0] for each in phrase.split())
    forms, asked, answer = rng.choice(
        (
            (('Join the words "{0}" with {1}.', 'Put {1} for the spaces in "{0}".'), (phrase, name), joined),
            (('Put spaces for the {1} in "{0}".', 'Split "{0}" at its {1} and use spaces.'), (joined, name), phrase),
            (('Write the first letters of the words "{}", without spaces.',), (phrase,), initials),
        )
    )
    return _question(rng, forms, asked, answer, f"The words are {', '.join(phrase.split())}.")


def _question(
    rng: random.Random, forms: tuple[str, ...], asked: tuple[str, ...], answer: str, reasoning: str, ending: str = QUOTE
) -> Question:
    return Question((forms, asked), f"{rng.choice(forms).format(*asked)} {ending}", answer, reasoning)


def _phrase(rng: random.Random, level: int) -> str:
    return " ".join(rng.sample(WORDS, level + 1))


def _letters(phrase: str) -> list[str]:
    return sorted(set(phrase) - {" "})


def _spelled(text: str) -> str:
    return "-".join(text.replace(" ", "_"))


KINDS: dict[str, Kind] = {
    "reverse": reverse,
    "replace": replace,
    "letter": letter,
    "word": word,
    "vowels": vowels,
    "count": count,
    "sort": sort,
    "join": join,
}
STRINGS = BuiltinSet(
    title="String Edits",
    summary="Phrases reversed, sorted, joined, stripped of vowels, and their letters replaced, found and counted.",
    generator=strings,
    parameters=question_parameters(KINDS),
)
