"""The tree of an expression, and the reader that makes it of signs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from core.rewards.library.maths.signs import CONSTANTS, FUNCTIONS, Sign

Tree = tuple[Any, ...]
"""("number", Fraction), ("symbol", name), ("add" or "multiply", tree ..), or (the name of a function, tree ..)."""


class Unreadable(Exception):
    """A text states nothing that can be compared; the message says why."""


ONE: Tree = ("number", Fraction(1))
MINUS_ONE: Tree = ("number", Fraction(-1))
MOST_DEPTH = 20
MOST_MARKS = 4
"""Powers, factorials and other marks behind one value."""
LISTED = ("gcd", "lcm", "max", "min")
OTHER_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "lg": "log"}
_DECORATIONS = "hat vec bar tilde dot ddot overline overrightarrow widehat underline overleftrightarrow"
DECORATIONS = frozenset(_DECORATIONS.split())
_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda lamda mu nu xi omicron rho "
    "varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
    "Omega Alpha Beta ell hbar ldots R N Z Q C angle triangle prime aleph partial nabla"
)
GREEK = frozenset(_GREEK.split())
APPLIED = "fghFG"
"""Letters that are functions before brackets."""
VECTORS = ("vec ", "hat ", "overrightarrow ", "nabla")
CLOSING = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil"}


class Reader:
    """Reads one expression of a list of signs; `place` is the first sign that does not belong to it.

    Args:
        signs: The signs of a plain text.
        upper: Whether ± is read as +, and ∓ as -.
    """

    def __init__(self, signs: Sequence[Sign], upper: bool = True):
        self.signs = list(signs)
        self.place = 0
        self._upper = upper
        self._depth = 0
        self._bars = 0

    @property
    def here(self) -> str:
        """The sign at `place`; "" at the end and for words."""
        sign = self.signs[self.place] if self.place < len(self.signs) else None
        return sign.text if sign and sign.kind != "words" else ""

    @property
    def kind(self) -> str:
        """The kind of the sign at `place`; "" at the end."""
        return self.signs[self.place].kind if self.place < len(self.signs) else ""

    def take(self, wanted: str = "") -> str:
        """The sign at `place`, which is passed; `wanted` says which it must be."""
        text = self.here
        if not text or (wanted and text != wanted):
            raise Unreadable(f"{wanted or 'something'!r} is missing {f'before {text!r}' if text else 'at the end'}")
        self.place += 1
        return text

    def sum(self) -> Tree:
        """Terms with + and - between them."""
        terms = [self._term()]
        while self.here in ("+", "-", "\\pm", "\\mp"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else ("add", *terms)

    def _term(self) -> Tree:
        is_negative = False
        while self.here in ("+", "-", "\\pm", "\\mp"):
            sign = self.take()
            is_negative ^= sign == "-" or sign == ("\\mp" if self._upper else "\\pm")
        term = self._product()
        return ("multiply", MINUS_ONE, term) if is_negative else term

    def _product(self, is_argument: bool = False) -> Tree:
        """Factors, with or without a sign between them; an argument ends before the next function."""
        factors = [self._factor()]
        while True:
            if self.here in ("*", "\\times", "\\cdot") and not is_argument and not self._words_follow():
                sign, following = self.take(), self._signed_factor()
                if sign == "\\times" and _are_vectors(factors[-1], following[-1]):
                    following = [*following[:-1], *_cross(factors.pop(), following[-1])]
                factors += following
            elif self.here == "/" and not self._words_follow():
                self.take()
                factors += [("divide", ONE, factor) for factor in self._signed_factor()]
            elif self._starts_factor(is_argument) and not (self.here == "(" and self._words_follow()):
                self._add_beside(factors)
            else:
                return factors[0] if len(factors) == 1 else ("multiply", *factors)

    def _words_follow(self) -> bool:
        return self.place + 1 < len(self.signs) and self.signs[self.place + 1].kind == "words"

    def _add_beside(self, factors: list[Tree]) -> None:
        """Read a factor without a sign before it, or the fraction of a mixed number, into `factors`."""
        is_number = self.place > 0 and self.signs[self.place - 1].kind == "number"
        is_plain = is_number and self.kind == "number"
        is_whole = is_number and _are_whole(factors[-1:])
        if is_plain and not is_whole:
            raise Unreadable("two numbers stand side by side")
        factor = self._plain_fraction() if is_plain else self._factor()
        if not is_whole or factor[0] != "divide" or not _are_whole(factor[1:]):
            factors.append(factor)
            return
        above, below = factor[1][1], factor[2][1]
        if not 0 < above < below:
            raise Unreadable("the fraction of a mixed number is not less than 1")
        factors[-1] = ("number", factors[-1][1] + above / below)

    def _plain_fraction(self) -> Tree:
        """The 1/2 of 2 1/2."""
        following = self.signs[self.place : self.place + 3]
        if [(sign.kind, sign.text)[sign.kind == "other"] for sign in following] != ["number", "/", "number"]:
            raise Unreadable("two numbers stand side by side")
        self.place += 3
        return ("divide", ("number", _fraction(following[0].text)), ("number", _fraction(following[2].text)))

    def _signed_factor(self) -> list[Tree]:
        """A factor, behind its sign."""
        is_negative = False
        while self.here in ("-", "+"):
            is_negative ^= self.take() == "-"
        factor = self._factor()
        return [MINUS_ONE, factor] if is_negative else [factor]

    def _starts_factor(self, is_argument: bool) -> bool:
        if self.kind in ("number", "letter"):
            return True
        name = self.here.lstrip("\\")
        if name in FUNCTIONS:
            return not is_argument or name in ("sqrt", "abs")
        if self.here == "|":
            return not self._bars
        return self.here in ("(", "[", "{", "\\{", "\\lfloor", "\\lceil") or (
            self.here.startswith("\\") and name in ("frac", "binom", "pi", "infty", "infinity", *GREEK, *DECORATIONS)
        )

    def _factor(self) -> Tree:
        """A value with its marks; a letter for a function is applied to what the brackets behind it enclose."""
        made = self._marked(self._value())
        if not _is_named(made, APPLIED) or self.here != "(":
            return made
        arguments = self._listed()
        if len(arguments) == 1 and arguments[0][0] == "add" and not _is_named(made, "f"):
            return ("multiply", made, self._marked(arguments[0]))  # g(a + b) is a product
        return self._marked(("applied", made, *arguments))

    def _listed(self) -> list[Tree]:
        """What brackets enclose, with commas between."""
        closing, bars = CLOSING[self.take()], self._bars
        self._bars = 0
        made = [self._deeper(self.sum)]
        while self.here == ",":
            self.take()
            made.append(self._deeper(self.sum))
        self._bars = bars
        self.take(closing)
        return made

    def _marked(self, made: Tree) -> Tree:
        """A value with the powers, factorials and degrees behind it."""
        marks = 0
        while self.here in ("^", "**", "!", "°", "%", "'"):
            sign, marks = self.take(), marks + 1
            if marks > MOST_MARKS:
                raise Unreadable(f"more than {MOST_MARKS} marks stand behind one value")
            if sign in ("^", "**"):
                made = ("power", made, self._deeper(self._exponent))
            elif sign == "'":
                made = ("symbol", f"{_name(made)}'")
            elif sign == "!" and self.here == "!":
                self.take()
                made = ("double factorial", made)
            else:
                made = ({"!": "factorial", "°": "degrees", "%": "percent"}[sign], made)
        return made

    def _exponent(self) -> Tree:
        if self.here in ("-", "+"):
            is_negative = self.take() == "-"
            made: Tree = (
                ("multiply", MINUS_ONE, self._deeper(self._exponent)) if is_negative else self._deeper(self._exponent)
            )
        else:
            made = self._value()
            if self.here in ("^", "**"):
                self.take()
                made = ("power", made, self._deeper(self._exponent))
        return made

    def _deeper(self, read: Callable[[], Tree]) -> Tree:
        """What `read` reads, unless it is nested too deep."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unreadable(f"it is nested more than {MOST_DEPTH} deep")
        made = read()
        self._depth -= 1
        return made

    def _value(self) -> Tree:
        return self._deeper(self._plain_value)

    def _plain_value(self) -> Tree:
        kind, sign = self.kind, self.here
        if kind == "number":
            return self._number()
        if kind == "letter":
            return self._symbol(self.take())
        if sign in CLOSING:
            return self._group()
        if sign in ("|", "\\|"):
            return self._bar()
        name = sign.lstrip("\\")
        if kind == "command" and name in FUNCTIONS:
            self.take()
            return self._function(name)
        if sign == "\\frac":
            self.take()
            return ("divide", self._argument(), self._argument())
        if sign == "\\binom":
            self.take()
            return ("binomial", self._argument(), self._argument())
        if kind == "command" and name in CONSTANTS:
            self.take()
            return ("symbol", CONSTANTS[name])
        if name in DECORATIONS:
            self.take()
            return ("symbol", f"{name} {self._raw()}")
        if kind == "command" and name in GREEK:
            self.take()
            return self._symbol(name)
        raise Unreadable(f"{sign or 'a word'!r} is not understood here" if kind else "something is missing at the end")

    def _number(self) -> Tree:
        text = self.take()
        following = self.signs[self.place + 1 : self.place + 4]
        if self.here in ("\\overline", "\\bar") and "." in text:
            if [sign.kind for sign in following] != ["other", "number", "other"]:
                raise Unreadable("the repeated digits are missing")
            self.place += 4
            return ("number", _repeating(text, following[1].text))
        return ("number", _fraction(text))

    def _symbol(self, name: str) -> Tree:
        """A letter with what is below it; the points of an angle, from either side."""
        if name == "angle":
            name = " ".join((name, self._points()))
        if self.here == "_":
            self.take()
            name += "_" + self._raw()
        return ("symbol", name)

    def _points(self) -> str:
        """The capitals that follow, in the order that comes first in the alphabet."""
        start = self.place
        while self.kind == "letter" and self.here.isupper():
            self.take()
        points = "".join(sign.text for sign in self.signs[start : self.place])
        return min(points, points[::-1])

    def _raw(self) -> str:
        """The signs of one argument as they are written."""
        if self.here != "{":
            return self.take()
        depth, start = 0, self.place
        while self.place < len(self.signs):
            sign = self.signs[self.place]
            self.place += 1
            depth += (sign.text == "{") - (sign.text == "}") if sign.kind != "words" else 0
            if not depth:
                return "".join(sign.text for sign in self.signs[start + 1 : self.place - 1])
        raise Unreadable("a brace is not closed")

    def _group(self) -> Tree:
        opening = self.take()
        bars, self._bars = self._bars, 0
        made = self.sum()
        self._bars = bars
        self.take(CLOSING[opening])
        return {"\\lfloor": ("floor", made), "\\lceil": ("ceiling", made)}.get(opening, made)

    def _bar(self) -> Tree:
        bar = self.take()
        self._bars += 1
        made = self.sum()
        self.take(bar)
        self._bars -= 1
        return ("abs", made)

    def _argument(self) -> Tree:
        r"""The argument of \frac and \sqrt: what braces enclose, or one sign."""
        if self.kind == "number" and len(self.here) > 1 and self.here[0].isdigit():
            digit, rest = self.here[0], self.here[1:]
            self.signs[self.place] = Sign("number", rest, False)
            return ("number", Fraction(digit))
        return self._value()

    def _function(self, name: str) -> Tree:
        if name == "sqrt":
            return self._root()
        base: Tree | None = None
        power: Tree | None = None
        while self.here in ("_", "^"):
            if self.take() == "_":
                base = self._log_base()
            else:
                power = self._deeper(self._exponent)
        if base is not None and name != "log":
            raise Unreadable(f"{name} has an index")
        arguments = self._arguments(name)
        name = OTHER_NAMES.get(name, name)
        if power == ("multiply", MINUS_ONE, ONE) and f"arc{name}" in FUNCTIONS:
            name, power = f"arc{name}", None
        made: Tree = (name, *arguments) if base is None else (name, *arguments, base)
        return made if power is None else ("power", made, power)

    def _log_base(self) -> Tree:
        is_glued = self.kind == "number" and len(self.here) > 1 and self.place + 1 == len(self.signs)
        return self._argument() if is_glued else self._value()

    def _arguments(self, name: str) -> list[Tree]:
        """What a function is applied to: what brackets enclose, or the factors that follow."""
        if self.here in ("(", "[") and name in LISTED:
            made = self._listed()
        elif self.here in ("(", "[", "{"):
            made = [self._group()]
        elif self.here == "-":
            made = [("multiply", *self._signed_factor())]
        else:
            made = [self._product(is_argument=True)]
        return made

    def _root(self) -> Tree:
        degree: Tree = ("number", Fraction(2))
        if self.here == "[":
            degree = self._group()
        return ("root", self._argument(), degree)


def _are_whole(trees: Sequence[Tree]) -> bool:
    return all(tree[0] == "number" and tree[1].denominator == 1 for tree in trees)


def _name(tree: Tree) -> str:
    if tree[0] != "symbol":
        raise Unreadable("a prime stands behind something that is no symbol")
    return str(tree[1])


def _fraction(text: str) -> Fraction:
    """The value of a number; its power of ten has at most three digits."""
    _, _, exponent = text.lower().partition("e")
    if len(exponent.strip("+-")) > 3:
        raise Unreadable("its power of ten is too large")
    return Fraction(text)


def _repeating(text: str, period: str) -> Fraction:
    """0.1 followed by 6 again and again is 1/6."""
    decimals = len(text.partition(".")[2])
    repeated = Fraction(int(period), (10 ** len(period) - 1) * 10**decimals)
    return Fraction(text + "0" if text.endswith(".") else text) + repeated


def _are_vectors(*trees: Tree) -> bool:
    """Whether of two symbols one is marked as a vector."""
    is_one = any(str(tree[1]).startswith(VECTORS) for tree in trees)
    return is_one and all(tree[0] == "symbol" for tree in trees)


def _cross(left: Tree, right: Tree) -> list[Tree]:
    """The factors of a cross product, which changes its sign where the two are turned."""
    first, second = sorted((left, right), key=repr)
    made: Tree = ("applied", ("symbol", "\\times"), first, second)
    return [made] if first is left else [MINUS_ONE, made]


def _is_named(tree: Tree, letters: str) -> bool:
    """Whether a tree is one of some letters, with an index, a prime or a power."""
    inner = tree[1] if tree[0] == "power" else tree
    return inner[0] == "symbol" and inner[1].rstrip("'").partition("_")[0] in tuple(letters)
