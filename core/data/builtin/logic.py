"""The logic set: truth of statements, knights and knaves, syllogisms and orders, all decided by trying every case."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import permutations, product

from core.data.builtin.base import BuiltinSet, Kind, Question, question_parameters, question_rows
from core.data.row import RawRow

NAMES = (
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Ida", "Jack", "Kim", "Leo", "Mona", "Nils",
    "Olga", "Paul", "Quinn", "Rosa", "Sam", "Tara", "Uma", "Vera", "Will", "Xenia", "Yan", "Zoe",
)  # fmt: skip
NOUNS = (
    "bakers", "singers", "painters", "swimmers", "gardeners", "poets", "sailors", "teachers", "climbers",
    "dancers", "farmers", "drummers", "jugglers", "archers", "nurses", "potters", "runners", "tailors",
    "weavers", "clowns", "miners", "judges", "guards", "pilots", "barbers", "plumbers",
)  # fmt: skip
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
YES_NO = "Answer with yes or no."


def logic(*, size: int = 3000, seed: int = 0, kinds: str = "all", hardest: int = 3) -> Iterator[RawRow]:
    """Different puzzles with one right answer each; columns and errors as `question_rows`."""
    return question_rows(KINDS, size, seed, kinds, hardest)


OPERATORS: dict[str, tuple[str, Callable[[bool, bool], bool]]] = {
    "and": ("({} and {})", lambda a, b: a and b),
    "or": ("({} or {} or both)", lambda a, b: a or b),
    "xor": ("(either {} or {} but not both)", lambda a, b: a is not b),
    "same": ("({} if and only if {})", lambda a, b: a is b),
}


def truth(rng: random.Random, level: int) -> Question:
    """Whether a statement with `level` connectives holds, when the truth of its letters is given."""
    facts = {letter: rng.random() < 0.5 for letter in sorted(rng.sample(LETTERS, level + 1))}
    text, value, worked = _statement(rng, list(facts), facts)
    given = " and ".join(f"{letter} is {_truth(holds)}" for letter, holds in facts.items())
    forms = (
        "Suppose {0}. Is this statement true: {1}?",
        "Given that {0}, is {1} true?",
        "Let {0}. Does {1} hold?",
    )
    reasoning = " ".join(worked) + f" So the answer is {_yes(value)}."
    return Question((given, text), f"{rng.choice(forms).format(given, text)} {YES_NO}", _yes(value), reasoning)


def _statement(rng: random.Random, letters: list[str], facts: dict[str, bool]) -> tuple[str, bool, list[str]]:
    """A statement that uses each letter once, whether it holds, and its parts worked out from the inside."""
    if len(letters) == 1:
        negated = rng.random() < 0.4
        text = f"(not {letters[0]})" if negated else letters[0]
        value = facts[letters[0]] is not negated
        return text, value, [f"{text} is {_truth(value)}."]
    cut = rng.randint(1, len(letters) - 1)
    left, right = _statement(rng, letters[:cut], facts), _statement(rng, letters[cut:], facts)
    form, holds = OPERATORS[rng.choice(list(OPERATORS))]
    text, value = form.format(left[0], right[0]), holds(left[1], right[1])
    return text, value, [*left[2], *right[2], f"{text} is {_truth(value)}."]


def knights(rng: random.Random, level: int) -> Question:
    """Who is a knight (always truthful) and who a knave (always lying), of level + 1 people; one case fits."""
    while True:
        people = rng.sample(NAMES, level + 1)
        claims = [_claim(rng, place, people) for place in range(len(people))]
        cases = [case for case in product((True, False), repeat=len(people)) if _fits(case, claims)]
        if len(cases) == 1:
            return _knights(rng, people, claims, cases[0])


Claim = tuple[str, Callable[[tuple[bool, ...]], bool]]
"""A statement, and whether it is true when exactly the people marked True are knights."""


def _claim(rng: random.Random, speaker: int, people: list[str]) -> Claim:
    others = [place for place in range(len(people)) if place != speaker]
    about, other = rng.choice(others), rng.choice(others)
    name = people[about]
    if other != about and rng.random() < 0.3:
        return f"{name} and {people[other]} are of the same kind", lambda case: case[about] is case[other]
    return rng.choice(
        (
            (f"{name} is a knight", lambda case: case[about]),
            (f"{name} is a knave", lambda case: not case[about]),
            (f"{name} and I are of different kinds", lambda case: case[about] is not case[speaker]),
            (f"at least one of {name} and me is a knave", lambda case: not (case[about] and case[speaker])),
            (f"{name} and I are both knaves", lambda case: not case[about] and not case[speaker]),
        )
    )


def _fits(case: tuple[bool, ...], claims: list[Claim]) -> bool:
    return all(holds(case) is knight for knight, (_, holds) in zip(case, claims, strict=True))


def _knights(rng: random.Random, people: list[str], claims: list[Claim], case: tuple[bool, ...]) -> Question:
    said = " ".join(f'{name} says: "{text}."' for name, (text, _) in zip(people, claims, strict=True))
    rules = rng.choice(
        (
            "On an island, knights always tell the truth and knaves always lie. Everyone is one or the other.",
            "Here everybody is either a knight, who never lies, or a knave, who never tells the truth.",
            "Each of these people is a knight or a knave; a knight says only what is true, a knave only what is false.",
        )
    )
    asked = rng.randrange(len(people))
    kinds = ["a knight" if knight else "a knave" for knight in case]
    found = ", ".join(f"{name} is {kind}" for name, kind in zip(people, kinds, strict=True))
    judged = ", ".join(f"what {name} says is {_truth(knight)}" for name, knight in zip(people, case, strict=True))
    text = f"{rules} {said} Is {people[asked]} a knight or a knave? Answer with knight or knave."
    reasoning = f"Try every case. Only one fits: {found}. Then {judged}, as it must be."
    return Question((said, asked), text, kinds[asked].split()[1], reasoning)


FORMS: dict[str, tuple[int, str, Callable[[bool, bool], bool], bool]] = {
    "all": (1, "All {} are {}.", lambda a, b: not a or b, True),
    "no": (1, "No {} are {}.", lambda a, b: not (a and b), True),
    "some": (2, "Some {} are {}.", lambda a, b: a and b, False),
    "some not": (3, "Some {} are not {}.", lambda a, b: a and not b, False),
}
"""Form -> level, words, the test on someone in the two groups or not, and whether everyone must pass it or only one."""
Sentence = tuple[str, int, int]
"""A form and the numbers of the two groups it is about."""
SOMEONE = tuple(product((True, False), repeat=3))


def syllogism(rng: random.Random, level: int) -> Question:
    """Whether a conclusion follows from two premises about three groups, is ruled out by them, or stays open."""
    wanted = rng.choice(("yes", "no", "cannot be known"))
    forms = [form for form, (least, *_) in FORMS.items() if least <= level]
    while True:
        first = (rng.choice(forms), *rng.choice(((0, 1), (1, 0))))
        second = (rng.choice(forms), *rng.choice(((1, 2), (2, 1))))
        conclusion = (rng.choice(forms), *rng.choice(((0, 2), (2, 0))))
        if verdict((first, second), conclusion) == wanted:
            return _syllogism(rng, (first, second), conclusion, wanted)


@cache
def verdict(premises: tuple[Sentence, ...], conclusion: Sentence) -> str:
    """yes, no or cannot be known, from every world in which the premises hold and none of the groups is empty."""
    found = {_holds(conclusion, world) for world in worlds() if all(_holds(premise, world) for premise in premises)}
    return {frozenset((True,)): "yes", frozenset((False,)): "no"}.get(frozenset(found), "cannot be known")


@cache
def worlds() -> tuple[tuple[tuple[bool, ...], ...], ...]:
    """Every set of sorts of people, a sort being in or out of each of three groups, that leaves no group empty."""
    chosen = product((True, False), repeat=len(SOMEONE))
    sets = (tuple(sort for sort, kept in zip(SOMEONE, each, strict=True) if kept) for each in chosen)
    return tuple(each for each in sets if all(any(sort[group] for sort in each) for group in range(3)))


def _holds(sentence: Sentence, world: tuple[tuple[bool, ...], ...]) -> bool:
    form, one, other = sentence
    _, _, passes, everyone = FORMS[form]
    return (all if everyone else any)(passes(sort[one], sort[other]) for sort in world)


def _syllogism(rng: random.Random, premises: tuple[Sentence, ...], conclusion: Sentence, answer: str) -> Question:
    nouns = rng.sample(NOUNS, 3)
    said = [FORMS[form][1].format(nouns[one], nouns[other]) for form, one, other in (*premises, conclusion)]
    forms = (
        'In a town with {3}: {0} {1} Is it true that "{2}"?',
        'A town has {3}. We know this: {0} {1} Does it follow that "{2}"?',
        '{0} {1} There are {3}. Is "{2}" true?',
    )
    present = "at least one each of " + ", ".join(sorted(nouns))
    text = rng.choice(forms).format(said[0], said[1], said[2].rstrip("."), present)
    ending = "Answer yes if it must be true, no if it must be false, and otherwise: cannot be known."
    how = {
        "yes": "In every case in which the premises hold, it holds as well.",
        "no": "In no case in which the premises hold does it hold.",
        "cannot be known": "The premises hold in cases where it does and in cases where it does not.",
    }
    return Question(tuple(said), f"{text} {ending}", answer, how[answer])


SCALES = (("taller", "tallest", "shortest"), ("older", "oldest", "youngest"), ("faster", "fastest", "slowest"))


def order(rng: random.Random, level: int) -> Question:
    """Who is first, last or second of level + 2 people, from comparisons that determine it."""
    people = rng.sample(NAMES, level + 2)
    more, most, least = rng.choice(SCALES)
    place, words = rng.choice(((0, most), (-1, least), (1, f"second {most}")))
    clues: list[tuple[str, str]] = []
    ways = list(permutations(people))
    truth_order = rng.choice(ways)
    while len({way[place] for way in ways}) > 1:
        high, low = sorted(rng.sample(people, 2), key=truth_order.index)
        clues.append((high, low))
        ways = [way for way in ways if way.index(high) < way.index(low)]
    clues = list(dict.fromkeys(clues))
    rng.shuffle(clues)
    said = " ".join(f"{high} is {more} than {low}." for high, low in clues)
    forms = ("{1} Who is the {0}?", "Who is the {0}, if this is known? {1}", "Find the {0} person. {1}")
    text = rng.choice(forms).format(words, said)
    chain = ", ".join(truth_order)
    reasoning = (
        f"In every order that fits, such as {chain} from {most} to {least}, the {words} is {truth_order[place]}."
    )
    present = f"The people are {', '.join(sorted(people))}; no two are equal in this."
    return Question((frozenset(clues), words), f"{text} {present} Answer with the name.", truth_order[place], reasoning)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


KINDS: dict[str, Kind] = {"truth": truth, "knights": knights, "syllogism": syllogism, "order": order}
LOGIC = BuiltinSet(
    title="Logic",
    summary="True or false statements, knights and knaves, syllogisms, and orders such as who is tallest.",
    generator=logic,
    parameters=question_parameters(KINDS),
    template="grpo-default",
)
