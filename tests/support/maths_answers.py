"""Mathematical references as data sets have them, each with answers that are wrong by the way they are made.

Every number in a reference counts: no factor 0, no power of 1, fractions in lowest terms, so that another digit or
another sign is another value. What is wrong is known from the construction, not from the code that is tested.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import gcd


@dataclass(frozen=True)
class Made:
    """A reference and answers that differ from it in one digit, sign, symbol or bound."""

    family: str
    reference: str
    wrong: tuple[str, ...]


SQUAREFREE = (2, 3, 5, 6, 7, 10, 11, 13, 14, 15)
NAMES = ("Evelyn", "Mary", "Bob", "Alice", "Navin", "Tuesday", "ellipse", "hyperbola", "odd", "east")
UNITS = (("km", "cm"), ("cm", "mm"), ("kg", "g"), ("hours", "days"), ("miles", "feet"), ("dollars", "cents"))


def references(count: int, seed: int = 0) -> Iterator[Made]:
    """`count` references, all families in turn; equal arguments give equal ones."""
    draw = random.Random(seed)
    families = list(FAMILIES.items())
    for place in range(count):
        name, make = families[place % len(families)]
        reference, wrong = make(draw)
        yield Made(name, reference, tuple(dict.fromkeys(wrong)))


def dresses(reference: str) -> list[str]:
    """The same answer as other writers put it."""
    found = [
        f"${reference}$",
        f"\\boxed{{{reference}}}",
        f"$\\boxed{{{reference}}}$",
        f" {reference} .",
        f"\\({reference}\\)",
    ]
    found.append(reference.replace("\\frac", "\\dfrac").replace("(", "\\left(").replace(")", "\\right)"))
    found.append(reference.replace("+", " + ").replace("=", " = ").replace(",", ", "))
    found.append(f"The answer is ${reference}$.")
    return found


def other_digits(text: str, draw: random.Random) -> list[str]:
    """`text` with one digit changed, at up to three places."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    return [_with(text, place, draw) for place in draw.sample(places, min(3, len(places)))]


def _with(text: str, place: int, draw: random.Random) -> str:
    is_first = place == 0 or not text[place - 1].isdigit()
    others = [digit for digit in "0123456789" if digit != text[place] and not (is_first and digit == "0")]
    return text[:place] + draw.choice(others) + text[place + 1 :]


def _n(draw: random.Random, low: int = 2, high: int = 60) -> int:
    return draw.randint(low, high)


def _fraction(draw: random.Random) -> tuple[int, int]:
    while True:
        above, below = _n(draw), _n(draw)
        if gcd(above, below) == 1:
            return above, below


def _swap(text: str, *pairs: tuple[str, str]) -> list[str]:
    """`text` with the first of one sign put in place of another, for every pair that it has."""
    return [text.replace(old, new, 1) for old, new in pairs if old in text]


def _plus(draw: random.Random) -> str:
    return draw.choice("+-")


def _signed(text: str) -> list[str]:
    """`text` with its first + or - turned."""
    for place, sign in enumerate(text):
        if sign in "+-":
            return [text[:place] + ("-" if sign == "+" else "+") + text[place + 1 :]]
    return []


Family = Callable[[random.Random], tuple[str, list[str]]]


def integer(draw: random.Random) -> tuple[str, list[str]]:
    text = str(draw.randint(-9999, 9999) or 7)
    return text, [text[1:] if text[0] == "-" else f"-{text}", f"{text}1", *other_digits(text, draw)]


def decimal(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{_n(draw)}.{_n(draw, 11, 98)}{_n(draw, 1, 9)}"
    return text, [f"-{text}", text.replace(".", ""), text[:-1], *other_digits(text, draw)]


def fraction(draw: random.Random) -> tuple[str, list[str]]:
    above, below = _fraction(draw)
    text = rf"{draw.choice(['', '-'])}\frac{{{above}}}{{{below}}}"
    turned = text.replace(str(above), "@", 1).replace(str(below), str(above), 1).replace("@", str(below))
    return text, [turned, text[1:] if text[0] == "-" else f"-{text}", *other_digits(text, draw)]


def mixed(draw: random.Random) -> tuple[str, list[str]]:
    whole, below = _n(draw, 2, 9), _n(draw, 5, 9)
    above = below - 1
    text = rf"{whole}\frac{{{above}}}{{{below}}}"
    return text, [
        rf"{whole + 1}\frac{{{above}}}{{{below}}}",
        rf"{whole}\frac{{{above - 1}}}{{{below}}}",
        f"{above}/{below}",
        str(whole),
        f"-{text}",
    ]


def radical(draw: random.Random) -> tuple[str, list[str]]:
    root, other = draw.sample(SQUAREFREE, 2)
    factor = _n(draw)
    text = rf"{factor}\sqrt{{{root}}}"
    return text, [
        rf"{factor}\sqrt{{{other}}}",
        rf"{factor + 1}\sqrt{{{root}}}",
        rf"-{text}",
        rf"{factor}\pi",
        str(factor),
        rf"{factor}\sqrt[3]{{{root}}}",
    ]


def radical_sum(draw: random.Random) -> tuple[str, list[str]]:
    root, other = draw.sample(SQUAREFREE, 2)
    text = rf"\frac{{{_n(draw)}{_plus(draw)}{_n(draw)}\sqrt{{{root}}}}}{{{_n(draw)}}}"
    return text, [*_signed(text), text.replace(rf"\sqrt{{{root}}}", rf"\sqrt{{{other}}}"), f"-{text}"]


def pi(draw: random.Random) -> tuple[str, list[str]]:
    text = draw.choice(
        [rf"{_n(draw)}\pi", rf"\frac{{{_n(draw)}\pi}}{{{_n(draw)}}}", rf"{_n(draw)}{_plus(draw)}{_n(draw)}\pi"]
    )
    return text, [
        *_swap(text, (r"\pi", "e"), (r"\pi", "x"), (r"\pi", r"\sqrt{2}")),
        *_signed(text),
        f"{text}^2",
        *other_digits(text, draw),
    ]


def power(draw: random.Random) -> tuple[str, list[str]]:
    base, exponent = _n(draw, 2, 19), _n(draw, 2, 200)
    text = f"{base}^{{{exponent}}}"
    return text, [
        f"{base}^{{{exponent + 1}}}",
        f"{base + 1}^{{{exponent}}}",
        f"-{text}",
        f"{base}^{{-{exponent}}}",
        str(base * exponent + 1),
    ]


def polynomial(draw: random.Random) -> tuple[str, list[str]]:
    letter = draw.choice("xynt")
    terms = (f"{letter}^{_n(draw, 3, 9)}", f"{letter}^2", letter, "")
    text = "".join(f"{_plus(draw)}{_n(draw)}{term}" for term in terms).lstrip("+")
    return text, [
        text.replace(letter, "z", 1),
        text.replace(letter, "z"),
        *_signed(text),
        f"{text}+1",
        *other_digits(text.replace("^2", "^{2}"), draw),
    ]


def rational(draw: random.Random) -> tuple[str, list[str]]:
    letter = draw.choice("xyab")
    text = rf"\frac{{{_n(draw)}{letter}{_plus(draw)}{_n(draw)}}}{{{letter}^2+{_n(draw)}}}"
    return text, [
        *_signed(text),
        text.replace(letter, "z", 1),
        *other_digits(text.replace("^2", "^{2}"), draw),
        f"-{text}",
    ]


def product(draw: random.Random) -> tuple[str, list[str]]:
    text = f"(x{_plus(draw)}{_n(draw)})({_n(draw)}y{_plus(draw)}{_n(draw)})"
    return text, [*_signed(text), text.replace("y", "x"), text.replace("x", "y"), *other_digits(text, draw)]


def variables(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{_n(draw)}a_1{_plus(draw)}\frac{{{_n(draw)}\alpha}}{{\beta}}"
    return text, [
        *_swap(text, ("a_1", "a_2"), ("a_1", "b_1"), (r"\alpha", r"\gamma"), (r"\beta", r"\theta")),
        *_signed(text),
    ]


def interval(draw: random.Random) -> tuple[str, list[str]]:
    low = draw.randint(-30, 30)
    high = low + _n(draw)
    opening, closing = draw.choice("(["), draw.choice(")]")
    other_opening, other_closing = "([".replace(opening, ""), ")]".replace(closing, "")
    texts = [
        f"{opening}{low},{high}{other_closing}",
        f"{other_opening}{low},{high}{closing}",
        f"{opening}{low},{high + 1}{closing}",
    ]
    return f"{opening}{low},{high}{closing}", [
        *texts,
        f"{opening}{low - 1},{high}{closing}",
        f"{opening}{high},{low}{closing}",
    ]


def half_line(draw: random.Random) -> tuple[str, list[str]]:
    bound = _n(draw)
    text = rf"[{bound},\infty)"
    return text, [
        rf"({bound},\infty)",
        rf"[-{bound},\infty)",
        rf"(-\infty,{bound}]",
        rf"[{bound + 1},\infty)",
        f"x>{bound}",
        rf"x\le {bound}",
    ]


def union(draw: random.Random) -> tuple[str, list[str]]:
    low = draw.randint(-30, 30)
    high = low + _n(draw)
    text = rf"(-\infty,{low})\cup({high},\infty)"
    others = [
        rf"(-\infty,{low}]\cup({high},\infty)",
        rf"(-\infty,{low})\cup[{high},\infty)",
        rf"(-\infty,{low})\cap({high},\infty)",
    ]
    return text, [
        *others,
        rf"(-\infty,{low})\cup({high + 1},\infty)",
        rf"(-\infty,{low - 1})\cup({high},\infty)",
        rf"(-\infty,{low})",
    ]


def inequality(draw: random.Random) -> tuple[str, list[str]]:
    bound = _n(draw)
    text = rf"x\ge {bound}"
    return text, [
        f"x>{bound}",
        rf"x\le {bound}",
        rf"y\ge {bound}",
        rf"x\ge -{bound}",
        rf"x\ge {bound + 1}",
        f"x={bound}",
    ]


def between(draw: random.Random) -> tuple[str, list[str]]:
    low = _n(draw)
    high = low + _n(draw)
    text = rf"{low}<x\le {high}"
    return text, [
        rf"{low}\le x\le {high}",
        f"{low}<x<{high}",
        rf"{low}<y\le {high}",
        rf"{low}<x\le {high + 1}",
        rf"-{low}<x\le {high}",
    ]


def pair(draw: random.Random) -> tuple[str, list[str]]:
    text = f"({draw.randint(-60, 60)},{_n(draw, 61, 99)})"
    first, second = text[1:-1].split(",")
    return text, [
        f"({second},{first})",
        f"[{first},{second}]",
        f"({first},-{second})",
        f"({first})",
        *other_digits(text, draw),
    ]


def triple(draw: random.Random) -> tuple[str, list[str]]:
    above, below = _fraction(draw)
    a, b = draw.sample(range(2, 60), 2)
    text = rf"\left({a},-{b},\frac{{{above}}}{{{below}}}\right)"
    return text, [text.replace("-", ""), text.replace(str(a), f"-{a}", 1), rf"({a},-{b})", *other_digits(text, draw)]


def polar(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"\left({_n(draw)}\sqrt{{2}},\frac{{{_n(draw)}\pi}}{{{_n(draw)}}}\right)"
    return text, [
        *_swap(text, (r"\sqrt{2}", r"\sqrt{3}"), (r"\pi", "e"), (r"\frac", r"-\frac")),
        *other_digits(text.replace("{2}", "{2}"), draw)[:1],
    ]


def values(draw: random.Random) -> tuple[str, list[str]]:
    a, b, c = sorted(draw.sample(range(-60, 60), 3))
    text = f"{a}, {b}, {c}"
    return text, [
        f"{a}, {b}",
        f"{a}, {b}, {c + 1}",
        f"{a}, {b}, {c}, {c + 5}",
        f"{a - 1}, {b}, {c}",
        f"({a}, {b}, {c})",
        str(a),
    ]


def number_set(draw: random.Random) -> tuple[str, list[str]]:
    a, b, c = sorted(draw.sample(range(1, 60), 3))
    return rf"\{{{a},{b},{c}\}}", [
        rf"\{{{a},{b}\}}",
        rf"\{{{a},{b},{c + 1}\}}",
        rf"\{{{a},{b},-{c}\}}",
        rf"\{{{a},{b},{c},{c + 3}\}}",
    ]


def plus_minus(draw: random.Random) -> tuple[str, list[str]]:
    a, root, other = _n(draw), *draw.sample(SQUAREFREE, 2)
    text = rf"{a}\pm {_n(draw)}\sqrt{{{root}}}"
    return text, [
        text.replace(r"\pm", "+"),
        text.replace(r"\pm", "-"),
        text.replace(rf"\sqrt{{{root}}}", rf"\sqrt{{{other}}}"),
        f"-{text}",
        text.replace(str(a), str(a + 1), 1),
    ]


def matrix(draw: random.Random) -> tuple[str, list[str]]:
    a, b, c, d = draw.sample(range(-60, 60), 4)
    form = r"\begin{{pmatrix}} {} & {} \\ {} & {} \end{{pmatrix}}"
    others = [(b, a, c, d), (a, c, b, d), (a, b, d, c), (a + 1, b, c, d), (a, b, c, d - 1), (-a or 99, b, c, d)]
    return form.format(a, b, c, d), [
        *(form.format(*other) for other in others),
        rf"\begin{{pmatrix}} {a} & {b} \end{{pmatrix}}",
    ]


def vector(draw: random.Random) -> tuple[str, list[str]]:
    a, b, c = draw.sample(range(1, 60), 3)
    form = r"\begin{{pmatrix}} {} \\ {} \\ {} \end{{pmatrix}}"
    return form.format(a, b, c), [form.format(*other) for other in [(b, a, c), (-a, b, c), (a, b, c + 1), (a, c, b)]]


def complex_number(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{_n(draw)}{_plus(draw)}{_n(draw)}i"
    return text, [*_signed(text), f"-{text}", text.replace("i", ""), text.replace("i", "x"), *other_digits(text, draw)]


def logarithm(draw: random.Random) -> tuple[str, list[str]]:
    base, value = draw.sample((2, 3, 5, 6, 7), 2)
    text = rf"\log_{{{base}}} {value}"
    return text, [
        rf"\log_{{{value}}} {base}",
        rf"\log_{{{base}}} {value + 1}",
        rf"\log_{{{base + 8}}} {value}",
        rf"\ln {value}",
        f"-{text}",
        rf"\log {value}",
    ]


def natural_logarithm(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{_n(draw)}\ln {_n(draw)}{_plus(draw)}{_n(draw)}"
    return text, [
        *_signed(text),
        text.replace(r"\ln", r"\log"),
        text.replace(r"\ln", r"\sin"),
        *other_digits(text, draw),
    ]


def trigonometry(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{_n(draw)}\sin 2x{_plus(draw)}{_n(draw)}\cos x"
    return text, [
        *_signed(text),
        text.replace(r"\sin", r"\cos"),
        text.replace(r"\cos", r"\tan"),
        text.replace("2x", "3x"),
        text.replace("x", "y", 1),
    ]


def angle(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{_n(draw, 11, 179)}^\circ"
    return text, [f"-{text}", text.replace("^", "^2"), f"{text[:-6]}0°", *other_digits(text, draw)]


def unit(draw: random.Random) -> tuple[str, list[str]]:
    name, other = draw.choice(UNITS)
    number = str(_n(draw, 2, 999))
    return rf"{number}\text{{ {name}}}", [
        rf"{number}\text{{ {other}}}",
        f"-{number} {name}",
        f"{number}0 {name}",
        *(f"{wrong} {name}" for wrong in other_digits(number, draw)),
    ]


def area(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{_n(draw)}\pi\text{{ cm}}^2"
    return text, [text.replace("^2", "^3"), text.replace("cm", "mm"), text.replace(r"\pi", ""), text.replace("cm", "m")]


def speed(draw: random.Random) -> tuple[str, list[str]]:
    number = _n(draw)
    return f"{number} m/s", [
        f"{number} m",
        f"{number} km/s",
        f"{number} m/s^2",
        f"{number + 1} m/s",
        f"-{number} m/s",
        f"{number} s/m",
    ]


def percent(draw: random.Random) -> tuple[str, list[str]]:
    number = str(_n(draw, 2, 99))
    return rf"{number}\%", [
        rf"{number}0\%",
        rf"-{number}\%",
        f"{number}°",
        *(rf"{wrong}\%" for wrong in other_digits(number, draw)),
    ]


def money(draw: random.Random) -> tuple[str, list[str]]:
    number = f"{_n(draw)}.{_n(draw, 11, 99)}"
    return rf"\${number}", [
        f"€{number}",
        f"$-{number}",
        f"${number.replace('.', '')}",
        *(f"${wrong}" for wrong in other_digits(number, draw)),
    ]


def thousands(draw: random.Random) -> tuple[str, list[str]]:
    number = f"{draw.randint(1000, 999999):,}"
    text = number.replace(",", r",\!")
    return text, [number.replace(",", "."), f"-{text}", f"{number}0", *other_digits(text, draw)]


def time(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{_n(draw, 1, 12)}:{_n(draw, 10, 59)}"
    half = draw.choice(["", r"\text{ a.m.}"])
    return text + half, [f"{other}{half}" for other in other_digits(text, draw)] + (
        [f"{text} p.m."] if half else [text.replace(":", ".")]
    )


def ratio(draw: random.Random) -> tuple[str, list[str]]:
    above, below = _fraction(draw)
    return f"{above}:{below}", [
        f"{below}:{above}",
        f"{above}:{below + 1}",
        f"{above + 1}:{below}",
        f"{above}:{below}:{below}",
    ]


def words(draw: random.Random) -> tuple[str, list[str]]:
    name, other = draw.sample(NAMES, 2)
    return rf"\text{{{name}}}", [
        other,
        rf"\text{{{other}}}",
        f"{name}{name}",
        f"not {name}",
        f"{name} and {other}",
        "1",
    ]


def verdict(draw: random.Random) -> tuple[str, list[str]]:
    text, other = draw.choice([("Yes", "No"), ("no", "yes"), ("True", "False"), ("false", "true"), ("even", "odd")])
    return text, [other, rf"\text{{{other}}}", f"{text} or {other}", "1", "0"]


def choice(draw: random.Random) -> tuple[str, list[str]]:
    letter, other = draw.sample("ABCDE", 2)
    return rf"\text{{({letter})}}", [other, f"({other})", f"{letter} or {other}", f"{letter}{other}"]


def based(draw: random.Random) -> tuple[str, list[str]]:
    digits, base = "".join(draw.choices("1234", k=4)), draw.choice([5, 6, 7, 8])
    text = f"{digits}_{base}"
    return text, [
        f"{digits}_{base + 1}",
        f"{digits[::-1]}1_{base}",
        f"-{text}",
        *(f"{wrong}_{base}" for wrong in other_digits(digits, draw)),
    ]


def hexadecimal(draw: random.Random) -> tuple[str, list[str]]:
    digits = "".join(draw.choices("ABCDEF", k=2)) + str(_n(draw, 1, 9))
    return rf"\text{{{digits}}}_{{16}}", [
        rf"\text{{{digits}}}_{{12}}",
        rf"\text{{{digits}1}}_{{16}}",
        rf"\text{{7{digits[1:]}}}_{{16}}",
    ]


def line(draw: random.Random) -> tuple[str, list[str]]:
    text = f"y={_n(draw)}x{_plus(draw)}{_n(draw)}"
    return text, [
        *_signed(text),
        text.replace("y", "z"),
        text.replace("x", "t"),
        f"{text}+1",
        *other_digits(text, draw),
    ]


def general_line(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{_n(draw, 2, 9)}x{_plus(draw)}{_n(draw, 11, 19)}y{_plus(draw)}{_n(draw, 23, 60)}=0"
    return text, [*_signed(text), text.replace("=0", "=1"), text.replace("y", "z"), *other_digits(text[:-2], draw)]


def circle(draw: random.Random) -> tuple[str, list[str]]:
    text = f"(x{_plus(draw)}{_n(draw)})^2+(y{_plus(draw)}{_n(draw)})^2={_n(draw)}"
    return text, [
        *_signed(text),
        text.replace("^2=", "^3="),
        text.replace(")^2+", ")^2-"),
        f"{text}0",
        text.replace("y", "z"),
    ]


def solution(draw: random.Random) -> tuple[str, list[str]]:
    number = _n(draw)
    return f"x={number}", [
        f"x=-{number}",
        f"y={number}",
        f"x={number + 1}",
        f"x>{number}",
        f"-{number}",
        f"x={number}y",
    ]


def scientific(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{_n(draw, 1, 9)}.{_n(draw, 11, 99)}\times 10^{{{draw.choice(['', '-'])}{_n(draw, 3, 30)}}}"
    return text, [
        text.replace("^{-", "^{") if "^{-" in text else text.replace("^{", "^{-"),
        f"-{text}",
        text.replace("10^", "11^"),
        *other_digits(text, draw)[:1],
    ]


def short_scientific(draw: random.Random) -> tuple[str, list[str]]:
    power_of_ten = _n(draw, 2, 20)
    return f"1e-{power_of_ten}", [
        f"1e{power_of_ten}",
        f"1e-{power_of_ten + 1}",
        f"2e-{power_of_ten}",
        f"-1e-{power_of_ten}",
        "1",
    ]


def counting(draw: random.Random) -> tuple[str, list[str]]:
    n, k = _n(draw, 12, 40), _n(draw, 2, 5)
    return rf"\binom{{{n}}}{{{k}}}", [
        rf"\binom{{{n + 1}}}{{{k}}}",
        rf"\binom{{{n}}}{{{k + 1}}}",
        rf"\frac{{{n}}}{{{k}}}",
        f"{n}!",
    ]


def factorial(draw: random.Random) -> tuple[str, list[str]]:
    n = _n(draw, 4, 40)
    return rf"{n}!{_plus(draw)}1", [f"{n}", f"{n + 1}!+1", f"{n}!+2", f"{n}!", f"-{n}!-2"]


def absolute(draw: random.Random) -> tuple[str, list[str]]:
    text = f"|x{_plus(draw)}{_n(draw)}|"
    return text, [*_signed(text), text.replace("x", "y"), text.strip("|"), f"-{text}", *other_digits(text, draw)]


def exponential(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{_n(draw)}e^{{-{_n(draw)}t}}"
    return text, [
        text.replace("-", ""),
        text.replace("t", "x"),
        text.replace("e", r"\pi"),
        f"-{text}",
        *other_digits(text, draw),
    ]


def nothing(draw: random.Random) -> tuple[str, list[str]]:
    return draw.choice([r"\text{no solution}", r"\emptyset", "no real solutions"]), ["0", "1", "one solution", r"\{0\}"]


def root_of_expression(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"\sqrt{{x^2{_plus(draw)}{_n(draw)}}}"
    return text, [*_signed(text), text.replace("x", "y"), text.replace(r"\sqrt", r"\sqrt[3]"), f"-{text}"]


def repeating(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{_n(draw)}.\overline{{{_n(draw, 10, 89)}}}"
    return text, [text.replace(r"\overline", ""), f"-{text}", *other_digits(text, draw)[:1]]


def named_points(draw: random.Random) -> tuple[str, list[str]]:
    a, b, c, d = draw.sample(range(-60, 60), 4)
    text = f"({a},{b}),({c},{d})"
    return text, [
        f"({a},{b})",
        f"({b},{a}),({c},{d})",
        f"({a},{b}),({c},{d + 1})",
        f"({a},{d}),({c},{b})",
        f"({a},{b},{c},{d})",
    ]


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        *(integer, decimal, fraction, mixed, radical, radical_sum, pi, power, polynomial, rational, product, variables),
        *(interval, half_line, union, inequality, between, pair, triple, polar, values, number_set, plus_minus, matrix),
        *(vector, complex_number, logarithm, natural_logarithm, trigonometry, angle, unit, area, speed, percent, money),
        *(thousands, time, ratio, words, verdict, choice, based, hexadecimal, line, general_line, circle, solution),
        *(scientific, short_scientific, counting, factorial, absolute, exponential, nothing, root_of_expression),
        *(repeating, named_points),
    )
}
