"""A number or an expression with the words and units around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from core.rewards.library.maths.kinds import Amount, Several, Value
from core.rewards.library.maths.signs import Sign, signs_of
from core.rewards.library.maths.trees import MINUS_ONE, ONE, Reader, Tree, Unreadable
from core.rewards.library.maths.units import COUNT, LETTERS, MULTIPLES, UNITS, Unit, read_unit

UNIT = "(?:" + "|".join(sorted(LETTERS)) + "|[a-zA-Zμ]{2,5})"
POWER = r"(?:\^\{?-?\d\}?)?"
UNIT_TAIL = re.compile(rf"(?<=[\d)}}!%])\s+({UNIT}{POWER}(?:\s*(?:/|\\cdot|\*|\s)\s*{UNIT}{POWER})*)$")
UNIT_FRACTION = re.compile(
    rf'(?<=[\d)}}])\s*\\frac\s*\{{\s*"?({UNIT}{POWER})"?\s*\}}\s*\{{\s*"?({UNIT}{POWER})"?\s*\}}$'
)
GLUED_UNIT = re.compile(rf"-?\d+(?:\.\d+)?[{''.join(sorted(LETTERS))}]")
FREE_LETTER = re.compile(r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])")
COMPOUND = re.compile(r'(?<![\d.])(\d{1,20}(?:\.\d{1,20})?)\s*"?([a-zA-Z]+)"?(?:\s*,\s*|\s+and\s+|\s+|$)')
DENIALS = frozenset(("not", "isn't", "isnt", "cannot", "can't", "never", "neither", "doesn't"))
BOUND = re.compile(r"\b(?:at least|at most|(?:more|less|greater|fewer|larger|smaller) than|between)\b")
FIGURE = r"\d+(?:\.\d+)?"
JOINED = re.compile(
    rf'({FIGURE}(?:\s*-\s*{FIGURE})+|\d+(?:\s*/\s*\d+){{2,}})(?=\s*$|\s*["%°]|\s+[A-Za-z]{{2}})',
)
OF_UNITS = frozenset(("\\cdot", *"^{}-/*()°"))
PLUS_MINUS = re.compile(r"\\(?:pm|mp)(?![A-Za-z])")


def read_amount(text: str) -> Value:
    """An expression and the words around it; two values where it has a plus-minus sign.

    Raises:
        Unreadable: It is none, or more than one.
    """
    if compound := read_compound(text):
        return compound
    text = _with_quoted_unit(text)
    signs = signs_of(text)
    start = next((place for place, sign in enumerate(signs) if sign.kind != "words"), len(signs))
    if start == len(signs):
        raise Unreadable("it has no number")
    upper = _expression(signs, start, True)
    if not PLUS_MINUS.search(text):
        return upper
    return Several((upper, _expression(signs, start, False)))


def read_glued(text: str) -> Amount | None:
    """A number whose unit is one letter right behind it, as in 5m; None for anything else."""
    if not GLUED_UNIT.fullmatch(text):
        return None
    return Amount(("number", Fraction(text[:-1])), read_unit(text[-1]))


def read_joined(text: str) -> Amount | None:
    """Figures with - or / between them as they are written: a range, a date, a number to call; None for others."""
    found = JOINED.match(text)
    if not found:
        return None
    try:
        unit = read_amount(f"1{text[found.end() :]}")
    except Unreadable:
        return None
    if not isinstance(unit, Amount) or unit.tree != ONE:
        return None
    return replace(unit, tree=("symbol", re.sub(r"\s", "", found[1])))


def read_compound(text: str) -> Amount | None:
    """A sum of one dimension, such as 1 hour 30 minutes, in its smallest unit; None for anything else."""
    found = list(COMPOUND.finditer(text))
    names = [UNITS.get(part[2].lower()) for part in found]
    if len(found) < 2 or "".join(part[0] for part in found) != text or len({name and name[0] for name in names}) > 1:
        return None
    sizes = [name[1] for name in names if name]
    if len(sizes) < len(found) or sizes != sorted(set(sizes), reverse=True):
        return None
    total = sum((Fraction(part[1]) * size for part, size in zip(found, sizes, strict=True)), Fraction(0))
    return Amount(("number", total / sizes[-1]), read_unit(found[-1][2]))


def _with_quoted_unit(text: str) -> str:
    """`text` with quotes around a unit at its end that could also be read as letters of a formula."""
    if (tail := UNIT_FRACTION.search(text)) and _is_unit(unit := f"{tail[1]}/{tail[2]}"):
        return f'{text[: tail.start()]} "{unit}"'
    tail = UNIT_TAIL.search(text)
    if tail and _is_unit(tail[1]) and not FREE_LETTER.search(text[: tail.start()]):
        return f'{text[: tail.start()]} "{tail[1]}"'
    return text


def _is_unit(text: str) -> bool:
    unit = read_unit(text)
    return unit is not None and unit.dimensions is not None


def _expression(signs: Sequence[Sign], start: int, upper: bool) -> Amount:
    reader = Reader(signs[start:], upper)
    tree, mark = _without_mark(reader.sum())
    before, after = signs[:start], reader.signs[reader.place :]
    if after and after[0].kind != "words" and (after[0].text not in "(/" or len(after) < 2):
        raise Unreadable(f"{after[0].text!r} is not understood after the rest")
    if any(sign.text.casefold() in DENIALS for sign in (*before, *after)):
        raise Unreadable("it denies something")
    if BOUND.search(" ".join(sign.text.casefold() for sign in before)):
        raise Unreadable("it names a bound, and no value")
    label = "".join(f" {sign.text}" if sign.kind in ("words", "letter") else sign.text for sign in after)
    if COUNT.search(label) or not all(
        sign.kind in ("words", "letter", "number") or sign.text in OF_UNITS for sign in after
    ):
        raise Unreadable("more than one value stands in it")
    return _scaled(tree, mark + label, " ".join(sign.text for sign in before))


def _without_mark(tree: Tree) -> tuple[Tree, str]:
    """A tree without the degree or percent sign behind it, and that sign."""
    marks = {"degrees": "°", "percent": "%"}
    if tree[0] in marks:
        return tree[1], marks[tree[0]]
    if tree[0] == "multiply" and tree[1] == MINUS_ONE and len(tree) == 3 and tree[2][0] in marks:
        return ("multiply", MINUS_ONE, tree[2][1]), marks[tree[2][0]]
    return tree, ""


def _scaled(tree: Tree, label: str, before: str) -> Amount:
    """An amount whose words may begin with million."""
    first, _, rest = label.strip().partition(" ")
    if first.casefold() in MULTIPLES:
        tree, label = ("multiply", tree, ("number", Fraction(MULTIPLES[first.casefold()]))), rest
    unit: Unit | None = read_unit(f"{before} {label}" if before else label)
    return Amount(tree, unit)
