"""Families of references that are one number or expression."""

from __future__ import annotations

import random

from tests.support.maths_drawing import (
    SQUAREFREE,
    UNITS,
    Family,
    drawn_fraction,
    in_place_of,
    number,
    other_digits,
    sign,
    turned,
)


def integer(draw: random.Random) -> tuple[str, list[str]]:
    text = str(draw.randint(-9999, 9999) or 7)
    return text, [text[1:] if text[0] == "-" else f"-{text}", f"{text}1", *other_digits(text, draw)]


def decimal(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{number(draw)}.{number(draw, 11, 98)}{number(draw, 1, 9)}"
    return text, [f"-{text}", text.replace(".", ""), text[:-1], *other_digits(text, draw)]


def fraction(draw: random.Random) -> tuple[str, list[str]]:
    above, below = drawn_fraction(draw)
    text = rf"{draw.choice(['', '-'])}\frac{{{above}}}{{{below}}}"
    turned = text.replace(str(above), "@", 1).replace(str(below), str(above), 1).replace("@", str(below))
    return text, [turned, text[1:] if text[0] == "-" else f"-{text}", *other_digits(text, draw)]


def mixed(draw: random.Random) -> tuple[str, list[str]]:
    whole, below = number(draw, 2, 9), number(draw, 5, 9)
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
    factor = number(draw)
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
    text = rf"\frac{{{number(draw)}{sign(draw)}{number(draw)}\sqrt{{{root}}}}}{{{number(draw)}}}"
    return text, [*turned(text), text.replace(rf"\sqrt{{{root}}}", rf"\sqrt{{{other}}}"), f"-{text}"]


def pi(draw: random.Random) -> tuple[str, list[str]]:
    text = draw.choice(
        [
            rf"{number(draw)}\pi",
            rf"\frac{{{number(draw)}\pi}}{{{number(draw)}}}",
            rf"{number(draw)}{sign(draw)}{number(draw)}\pi",
        ]
    )
    return text, [
        *in_place_of(text, (r"\pi", "e"), (r"\pi", "x"), (r"\pi", r"\sqrt{2}")),
        *turned(text),
        f"{text}^2",
        *other_digits(text, draw),
    ]


def power(draw: random.Random) -> tuple[str, list[str]]:
    base, exponent = number(draw, 2, 19), number(draw, 2, 200)
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
    terms = (f"{letter}^{number(draw, 3, 9)}", f"{letter}^2", letter, "")
    text = "".join(f"{sign(draw)}{number(draw)}{term}" for term in terms).lstrip("+")
    return text, [
        text.replace(letter, "z", 1),
        text.replace(letter, "z"),
        *turned(text),
        f"{text}+1",
        *other_digits(text.replace("^2", "^{2}"), draw),
    ]


def rational(draw: random.Random) -> tuple[str, list[str]]:
    letter = draw.choice("xyab")
    text = rf"\frac{{{number(draw)}{letter}{sign(draw)}{number(draw)}}}{{{letter}^2+{number(draw)}}}"
    return text, [
        *turned(text),
        text.replace(letter, "z", 1),
        *other_digits(text.replace("^2", "^{2}"), draw),
        f"-{text}",
    ]


def product(draw: random.Random) -> tuple[str, list[str]]:
    text = f"(x{sign(draw)}{number(draw)})({number(draw)}y{sign(draw)}{number(draw)})"
    return text, [*turned(text), text.replace("y", "x"), text.replace("x", "y"), *other_digits(text, draw)]


def variables(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{number(draw)}a_1{sign(draw)}\frac{{{number(draw)}\alpha}}{{\beta}}"
    return text, [
        *in_place_of(text, ("a_1", "a_2"), ("a_1", "b_1"), (r"\alpha", r"\gamma"), (r"\beta", r"\theta")),
        *turned(text),
    ]


def complex_number(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{number(draw)}{sign(draw)}{number(draw)}i"
    return text, [*turned(text), f"-{text}", text.replace("i", ""), text.replace("i", "x"), *other_digits(text, draw)]


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
    text = rf"{number(draw)}\ln {number(draw)}{sign(draw)}{number(draw)}"
    return text, [
        *turned(text),
        text.replace(r"\ln", r"\log"),
        text.replace(r"\ln", r"\sin"),
        *other_digits(text, draw),
    ]


def trigonometry(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{number(draw)}\sin 2x{sign(draw)}{number(draw)}\cos x"
    return text, [
        *turned(text),
        text.replace(r"\sin", r"\cos"),
        text.replace(r"\cos", r"\tan"),
        text.replace("2x", "3x"),
        text.replace("x", "y", 1),
    ]


def angle(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{number(draw, 11, 179)}^\circ"
    return text, [f"-{text}", text.replace("^", "^2"), f"{text[:-6]}0°", *other_digits(text, draw)]


def unit(draw: random.Random) -> tuple[str, list[str]]:
    name, other = draw.choice(UNITS)
    figure = str(number(draw, 2, 999))
    return rf"{figure}\text{{ {name}}}", [
        rf"{figure}\text{{ {other}}}",
        f"-{figure} {name}",
        f"{figure}0 {name}",
        *(f"{wrong} {name}" for wrong in other_digits(figure, draw)),
    ]


def area(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{number(draw)}\pi\text{{ cm}}^2"
    return text, [text.replace("^2", "^3"), text.replace("cm", "mm"), text.replace(r"\pi", ""), text.replace("cm", "m")]


def speed(draw: random.Random) -> tuple[str, list[str]]:
    figure = number(draw)
    return f"{figure} m/s", [
        f"{figure} m",
        f"{figure} km/s",
        f"{figure} m/s^2",
        f"{figure + 1} m/s",
        f"-{figure} m/s",
        f"{figure} s/m",
    ]


def percent(draw: random.Random) -> tuple[str, list[str]]:
    figure = str(number(draw, 2, 99))
    return rf"{figure}\%", [
        rf"{figure}0\%",
        rf"-{figure}\%",
        f"{figure}°",
        *(rf"{wrong}\%" for wrong in other_digits(figure, draw)),
    ]


def money(draw: random.Random) -> tuple[str, list[str]]:
    figure = f"{number(draw)}.{number(draw, 11, 99)}"
    return rf"\${figure}", [
        f"€{figure}",
        f"$-{figure}",
        f"${figure.replace('.', '')}",
        *(f"${wrong}" for wrong in other_digits(figure, draw)),
    ]


def thousands(draw: random.Random) -> tuple[str, list[str]]:
    figure = f"{draw.randint(1000, 999999):,}"
    text = figure.replace(",", r",\!")
    return text, [figure.replace(",", "."), f"-{text}", f"{figure}0", *other_digits(text, draw)]


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
    digits = "".join(draw.choices("ABCDEF", k=2)) + str(number(draw, 1, 9))
    return rf"\text{{{digits}}}_{{16}}", [
        rf"\text{{{digits}}}_{{12}}",
        rf"\text{{{digits}1}}_{{16}}",
        rf"\text{{7{digits[1:]}}}_{{16}}",
    ]


def scientific(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{number(draw, 1, 9)}.{number(draw, 11, 99)}\times 10^{{{draw.choice(['', '-'])}{number(draw, 3, 30)}}}"
    return text, [
        text.replace("^{-", "^{") if "^{-" in text else text.replace("^{", "^{-"),
        f"-{text}",
        text.replace("10^", "11^"),
        *other_digits(text, draw)[:1],
    ]


def short_scientific(draw: random.Random) -> tuple[str, list[str]]:
    power_of_ten = number(draw, 2, 20)
    return f"1e-{power_of_ten}", [
        f"1e{power_of_ten}",
        f"1e-{power_of_ten + 1}",
        f"2e-{power_of_ten}",
        f"-1e-{power_of_ten}",
        "1",
    ]


def counting(draw: random.Random) -> tuple[str, list[str]]:
    n, k = number(draw, 12, 40), number(draw, 2, 5)
    return rf"\binom{{{n}}}{{{k}}}", [
        rf"\binom{{{n + 1}}}{{{k}}}",
        rf"\binom{{{n}}}{{{k + 1}}}",
        rf"\frac{{{n}}}{{{k}}}",
        f"{n}!",
    ]


def factorial(draw: random.Random) -> tuple[str, list[str]]:
    n = number(draw, 4, 40)
    return rf"{n}!{sign(draw)}1", [f"{n}", f"{n + 1}!+1", f"{n}!+2", f"{n}!", f"-{n}!-2"]


def absolute(draw: random.Random) -> tuple[str, list[str]]:
    text = f"|x{sign(draw)}{number(draw)}|"
    return text, [*turned(text), text.replace("x", "y"), text.strip("|"), f"-{text}", *other_digits(text, draw)]


def exponential(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{number(draw)}e^{{-{number(draw)}t}}"
    return text, [
        text.replace("-", ""),
        text.replace("t", "x"),
        text.replace("e", r"\pi"),
        f"-{text}",
        *other_digits(text, draw),
    ]


def root_of_expression(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"\sqrt{{x^2{sign(draw)}{number(draw)}}}"
    return text, [*turned(text), text.replace("x", "y"), text.replace(r"\sqrt", r"\sqrt[3]"), f"-{text}"]


def repeating(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"{number(draw)}.\overline{{{number(draw, 10, 89)}}}"
    return text, [text.replace(r"\overline", ""), f"-{text}", *other_digits(text, draw)[:1]]


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        integer,
        decimal,
        fraction,
        mixed,
        radical,
        radical_sum,
        pi,
        power,
        polynomial,
        rational,
        product,
        variables,
        complex_number,
        logarithm,
        natural_logarithm,
        trigonometry,
        angle,
        unit,
        area,
        speed,
        percent,
        money,
        thousands,
        based,
        hexadecimal,
        scientific,
        short_scientific,
        counting,
        factorial,
        absolute,
        exponential,
        root_of_expression,
        repeating,
    )
}
