"""Families of references that are more than one number: intervals, sets, points, equations, words."""

from __future__ import annotations

import random

from tests.support.maths_drawing import (
    NAMES,
    SQUAREFREE,
    Family,
    drawn_fraction,
    in_place_of,
    number,
    other_digits,
    sign,
    turned,
)


def interval(draw: random.Random) -> tuple[str, list[str]]:
    low = draw.randint(-30, 30)
    high = low + number(draw)
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
    bound = number(draw)
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
    high = low + number(draw)
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
    bound = number(draw)
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
    low = number(draw)
    high = low + number(draw)
    text = rf"{low}<x\le {high}"
    return text, [
        rf"{low}\le x\le {high}",
        f"{low}<x<{high}",
        rf"{low}<y\le {high}",
        rf"{low}<x\le {high + 1}",
        rf"-{low}<x\le {high}",
    ]


def pair(draw: random.Random) -> tuple[str, list[str]]:
    text = f"({draw.randint(-60, 60)},{number(draw, 61, 99)})"
    first, second = text[1:-1].split(",")
    return text, [
        f"({second},{first})",
        f"[{first},{second}]",
        f"({first},-{second})",
        f"({first})",
        *other_digits(text, draw),
    ]


def triple(draw: random.Random) -> tuple[str, list[str]]:
    above, below = drawn_fraction(draw)
    a, b = draw.sample(range(2, 60), 2)
    text = rf"\left({a},-{b},\frac{{{above}}}{{{below}}}\right)"
    return text, [text.replace("-", ""), text.replace(str(a), f"-{a}", 1), rf"({a},-{b})", *other_digits(text, draw)]


def polar(draw: random.Random) -> tuple[str, list[str]]:
    text = rf"\left({number(draw)}\sqrt{{2}},\frac{{{number(draw)}\pi}}{{{number(draw)}}}\right)"
    return text, [
        *in_place_of(text, (r"\sqrt{2}", r"\sqrt{3}"), (r"\pi", "e"), (r"\frac", r"-\frac")),
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
    a, root, other = number(draw), *draw.sample(SQUAREFREE, 2)
    text = rf"{a}\pm {number(draw)}\sqrt{{{root}}}"
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


def time(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{number(draw, 1, 12)}:{number(draw, 10, 59)}"
    half = draw.choice(["", r"\text{ a.m.}"])
    return text + half, [f"{other}{half}" for other in other_digits(text, draw)] + (
        [f"{text} p.m."] if half else [text.replace(":", ".")]
    )


def ratio(draw: random.Random) -> tuple[str, list[str]]:
    above, below = drawn_fraction(draw)
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


def line(draw: random.Random) -> tuple[str, list[str]]:
    text = f"y={number(draw)}x{sign(draw)}{number(draw)}"
    return text, [
        *turned(text),
        text.replace("y", "z"),
        text.replace("x", "t"),
        f"{text}+1",
        *other_digits(text, draw),
    ]


def general_line(draw: random.Random) -> tuple[str, list[str]]:
    text = f"{number(draw, 2, 9)}x{sign(draw)}{number(draw, 11, 19)}y{sign(draw)}{number(draw, 23, 60)}=0"
    return text, [*turned(text), text.replace("=0", "=1"), text.replace("y", "z"), *other_digits(text[:-2], draw)]


def circle(draw: random.Random) -> tuple[str, list[str]]:
    text = f"(x{sign(draw)}{number(draw)})^2+(y{sign(draw)}{number(draw)})^2={number(draw)}"
    return text, [
        *turned(text),
        text.replace("^2=", "^3="),
        text.replace(")^2+", ")^2-"),
        f"{text}0",
        text.replace("y", "z"),
    ]


def solution(draw: random.Random) -> tuple[str, list[str]]:
    figure = number(draw)
    return f"x={figure}", [
        f"x=-{figure}",
        f"y={figure}",
        f"x={figure + 1}",
        f"x>{figure}",
        f"-{figure}",
        f"x={figure}y",
    ]


def nothing(draw: random.Random) -> tuple[str, list[str]]:
    return draw.choice([r"\text{no solution}", r"\emptyset", "no real solutions"]), ["0", "1", "one solution", r"\{0\}"]


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
        interval,
        half_line,
        union,
        inequality,
        between,
        pair,
        triple,
        polar,
        values,
        number_set,
        plus_minus,
        matrix,
        vector,
        time,
        ratio,
        words,
        verdict,
        choice,
        line,
        general_line,
        circle,
        solution,
        nothing,
        named_points,
    )
}
