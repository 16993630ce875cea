"""What a plain text states: its kind and its parts."""

from __future__ import annotations

import re

from core.rewards.library.maths.amounts import DENIALS, read_amount, read_compound, read_glued, read_joined
from core.rewards.library.maths.calculus import is_left_open
from core.rewards.library.maths.kinds import (
    Amount,
    Based,
    Equation,
    Matrix,
    Named,
    Ordered,
    Ratio,
    Region,
    Several,
    Value,
    Words,
    items_of,
)
from core.rewards.library.maths.relations import (
    RELATION,
    intersection,
    intervals_of,
    label,
    read_relation,
    reals,
    union,
    without,
)
from core.rewards.library.maths.spelling import with_digits
from core.rewards.library.maths.structure import OPENING, depths, enclosed, sides, split
from core.rewards.library.maths.trees import MOST_DEPTH, Unreadable
from core.rewards.text.normal import ungrouped

MOST_WORDS = 12
"""Words of an answer without mathematics; a longer text is no short answer."""
MOST_ITEMS = 40
NOTHING = "no solution"
CUP = re.compile(r"\\cup(?![A-Za-z])")
SETMINUS = re.compile(r"\\(?:setminus|backslash)(?![A-Za-z])")
LOGIC = re.compile(r"\\(?:lor|land)(?![A-Za-z])")
SEPARATOR = re.compile(r"\s*(?:,\s*(?:and|or)\b|\b(?:and|or)\b|,|;|\\\\)\s*")
COMMA = re.compile(r"\s*[,;]\s*")
COLON = re.compile(r"\s*:\s*")
MEMBER = re.compile(r"(\\?[A-Za-z]+(?:_\w|_\{\w+\})?)\s*\\in(?![A-Za-z])\s*(?=\S)")
BUILDER = re.compile(r"[^|:]*?(?:\\mid|\||:)\s*")
MATRIX = re.compile(
    r"[(\[]?\s*\\begin\{([pbBvV]?matrix|smallmatrix|array)\}(?:\{[lcr| ]*\})?(.*)\\end\{\1\}\s*[)\]]?", re.DOTALL
)
CASES = re.compile(
    r"\\\{?\s*\\begin\{(?:cases|aligned)\}([^&]*)\\end\{(?:cases|aligned)\}|\\begin\{cases\}([^&]*)\\end\{cases\}"
)
MODULUS = re.compile(r"(.*\S)\s*\(?\s*\\[pb]?mod\s*\{?\s*(\w+)\s*\}?\s*\)?")
DIGITS = r'(-?(?=[A-Za-z]*\d)[0-9A-Za-z]+|"[A-Za-z]+|[A-Z]+(?=_\{?1\d))'
BASED = re.compile(
    rf'"?{DIGITS}"?\s*(?:_\s*\{{?|\(?\s*"?base\s*)\s*"?\s*(?:base\s*)?(\d+|[a-z]+)"?\s*\}}?\)?', re.IGNORECASE
)
PREFIXED = re.compile(r"(-?)0(?:[xX]([0-9a-fA-F]+)|[oO]([0-7]+)|[bB]([01]+))")
"""A number with the prefix of its base, as in 0x1F."""
MERIDIEM = re.compile(r"(?<=\d)\s*\"?\s*([aApP])\.?\s?[mM]\b\.?\"?")
LETTER = re.compile(r'"?(?:\("?([A-J])"?\)|([A-J])\)?)"?')
ANNOUNCED = re.compile(r'"([^"]*[a-z][^"]*)"\s*(?!\\(?:le|ge|ne|approx|equiv)(?![A-Za-z]))([^\s"_^,;:=<>].*)')
LABEL_BEHIND = re.compile(r'[A-Za-z"]\s*:')
CHOICE = re.compile(r'"?\(([A-J])\)"?\s*([^\s":,;=)].*)')
NO_WORDS = re.compile(r"[\d\\^_+*/=<>|$\[\]{}]|(?:^|\s)-")
"""What no answer in words has."""
ARTICLES = ("the", "a", "an")
NESTING = re.compile(r"\\in(?![A-Za-z])|\\[pb]?mod(?![A-Za-z])|\([A-J]\)")
"""What is read inside of which something is read, besides brackets."""
RESTATED = re.compile(r"(.*[^\s+*/=^-])\s+\(([^()]+)\)")


def readings(text: str) -> list[Value]:
    """What `text` states; more than one value where it can be read in several ways, as 1,234 or 5m.

    Raises:
        Unreadable: It states nothing that can be compared.
    """
    if is_left_open(text):
        raise Unreadable("it has a sum, an integral or another operator")
    if max(depths(text), default=0) + len(NESTING.findall(text)) > MOST_DEPTH:
        raise Unreadable(f"it is nested more than {MOST_DEPTH} deep")
    grouped = ungrouped(text)
    texts = [grouped] if grouped == text or re.search(r",0\d\d", text) else [grouped, text]
    found: list[Value] = []
    problems = []
    for writing in texts:
        try:
            found.append(read(writing))
        except Unreadable as problem:
            problems.append(problem)
    found += filter(None, (read_glued(grouped), read_compound(grouped), read_joined(grouped), _restated(grouped)))
    if not found:
        raise problems[0]
    return found


def _restated(text: str) -> Value | None:
    """A value that brackets repeat in another form, as in 1/2 (0.5); None for anything else."""
    found = RESTATED.fullmatch(text)
    if not found or not any(map(str.isdigit, found[2])):
        return None
    try:
        return Equation((read(found[1]), read(found[2])))
    except Unreadable:
        return None


def read(text: str) -> Value:
    """What a plain text without thousands separators states.

    Raises:
        Unreadable: Nothing that can be compared.
    """
    text = text.strip().rstrip(",;")
    if not text:
        raise Unreadable("it is empty")
    text = with_digits(text.replace(':"', '":'))
    if found := MATRIX.fullmatch(text):
        return _matrix(found[1], found[2])
    if found := CASES.fullmatch(text):
        return read(found[1] or found[2])
    if announced := _announced(text):
        return announced
    if found := MEMBER.match(text):
        return _member(found[1], read(text[found.end() :]))
    if (found := CHOICE.fullmatch(text)) and not RELATION.search(text):
        return Named(f"({found[1]})", read(found[2]))
    return _labelled(text) or _joined(text) or _related(text) or _bracketed(text) or _ratio(text) or _single(text)


def _announced(text: str) -> Value | None:
    """What follows words of prose, where it is more than an amount; None for anything else."""
    found = ANNOUNCED.fullmatch(text)
    if not found or set(found[1].casefold().split()) & DENIALS:
        return None
    value = read(found[2])
    return None if isinstance(value, Amount) else value


def _labelled(text: str) -> Named | None:
    """A value or values behind one label of words and a colon; None for anything else."""
    words, colon, rest = text.partition(":")
    if not colon or not rest.strip() or LABEL_BEHIND.search(rest) or len(split(words, SEPARATOR)) != 1:
        return None
    try:
        is_label = isinstance(read(words), Words) and not LETTER.fullmatch(words.strip())
    except Unreadable:
        return None
    return Named(label(words), read(rest)) if is_label else None


def _member(name: str, value: Value) -> Value:
    """The values or the interval of a symbol."""
    intervals = intervals_of(value)
    return Named(name.strip("\\"), value) if intervals is None else Region(name.strip("\\"), intervals)


def _joined(text: str) -> Value | None:
    """Values with commas, "and" or "or" between them; None for one value."""
    parts = split(text, CUP)
    if len(parts) > 1:
        return union([read(part) for part in parts])
    parts = split(text, SETMINUS)
    if len(parts) == 2:
        return without(read(parts[0]), items_of(read(parts[1])))
    if LOGIC.search(text):
        return _connected(text)
    parts = split(text, SEPARATOR)
    if len(parts) < 2:
        return None
    values = _items(parts)
    if re.search(r"\bor\b", text):
        return union(values)
    return (intersection(values) if re.search(r"\band\b", text) else None) or Several(values)


def _connected(text: str) -> Value | None:
    """Equations or inequalities with logic signs between them; those between other values are not understood."""
    parts = split(text, LOGIC)
    if not all(map(RELATION.search, parts)):
        raise Unreadable("a logic sign stands between values")
    return _joined(LOGIC.sub(lambda found: {"lor": " or ", "land": " and "}[found[0][1:]], text))


def _items(parts: list[str]) -> tuple[Value, ...]:
    if len(parts) > MOST_ITEMS:
        raise Unreadable(f"it states {len(parts)} values")
    return tuple(item for part in parts for item in items_of(read(part)))


def _related(text: str) -> Value | None:
    """Sides with =, < or another relation between them; None without one."""
    parts = sides(text, RELATION)
    return read_relation(parts, read) if len(parts) > 1 else None


def _bracketed(text: str) -> Value | None:
    """A set, a point, an interval or a vector; None for anything else."""
    found = enclosed(text)
    if not found:
        return reals(text)
    opening, inside, closing = found
    if opening in ("\\{", "{"):
        builder = BUILDER.match(inside)
        if builder and RELATION.search(inside[builder.end() :]) and builder[0][0] in inside[builder.end() :]:
            return read(inside[builder.end() :])
        return Several(_items(split(inside, COMMA)))
    parts = split(inside, COMMA)
    if len(parts) == 1 and OPENING[opening] == closing:
        return read(inside)
    if len(parts) < 2:
        raise Unreadable("its brackets are no pair")
    if len(parts) > MOST_ITEMS:
        raise Unreadable(f"it states {len(parts)} values")
    return Ordered(opening.replace("⟨", "("), tuple(map(read, parts)), closing.replace("⟩", ")"))


def _ratio(text: str) -> Value | None:
    """Values with colons between them; a letter before a colon is the name of a value."""
    parts = split(MERIDIEM.sub(r' "\1m"', text), COLON)
    if len(parts) < 2:
        return None
    values = tuple(map(read, parts))
    if len(values) > 2 or not isinstance(values[0], Words):
        return Ratio(values)
    return values[-1] if isinstance(values[-1], Words) else Named(label(parts[0]), values[-1])


def _single(text: str) -> Value:
    """A letter, a number in a base, a remainder, an amount or words."""
    if text == "\\emptyset":
        return Words(NOTHING)
    if found := LETTER.fullmatch(text):
        return Words((found[1] or found[2]).casefold())
    if based := _based(text):
        return based
    if found := MODULUS.fullmatch(text):
        return Ordered("mod", (read(found[1]), read(found[2])), "mod")
    try:
        return read_amount(MERIDIEM.sub(r' "\1m"', text))
    except Unreadable:
        if NO_WORDS.search(text):
            raise
        return _words(text)


def _based(text: str) -> Based | None:
    if found := PREFIXED.fullmatch(text.strip('"')):
        digits, by_prefix = next((found[place], base) for place, base in ((2, 16), (3, 8), (4, 2)) if found[place])
        return Based(found[1] + digits.upper(), by_prefix)
    found = BASED.fullmatch(text)
    base = with_digits(found[2]) if found else ""
    is_base = base.isdigit() and 1 < int(base) <= 36
    return Based(found[1].strip('"').upper(), int(base)) if found and is_base else None


def _words(text: str) -> Words:
    words = [word for word in re.findall(r"[^\W_]+(?:['-][^\W_]+)*", text.casefold()) if word not in ARTICLES]
    if not words:
        raise Unreadable("it has no words")
    if len(words) > MOST_WORDS:
        raise Unreadable(f"it is a text of {len(words)} words")
    return Words(" ".join(words))


def _matrix(style: str, body: str) -> Value:
    rows = [row for row in body.replace("\\hline", "").split("\\\\") if row.strip()]
    if len(rows) > MOST_ITEMS or body.count("&") > MOST_ITEMS**2:
        raise Unreadable("the matrix is too large")
    return Matrix(tuple(tuple(map(read, row.split("&"))) for row in rows), style in ("vmatrix", "Vmatrix"))
