"""The units of a short answer: what two answers share when they say the same in another dress, in any language.

Each step has one reason. Signs that carry meaning stay (-3, 1/2, x < 3, C++, a_b, 10-20); what only surrounds words
goes (quotation marks, full stops, articles before a word). Scripts without spaces are compared by characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

import regex

from core.rewards.text.answer_dates import DATE, with_dates
from core.rewards.text.answer_words import ARTICLES, COPULAS, COUNTED, MEASURES, ORDINALS, SCALES, TENS

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー々〇\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_LETTER = r"\p{L}\p{M}\p{N}"
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SAME_SIGNS = {
    **_FULL_WIDTH,
    **{ord(dash): "-" for dash in "‐‑‒–—―−"},
    **{ord(mark): "'" for mark in "‘’ʼ´`"},
    **{ord(power): f"^{digit}" for digit, power in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{ord(half): f" {over}/{under}" for half, over, under in (("½", 1, 2), ("¼", 1, 4), ("¾", 3, 4))},
    ord("⁄"): "/",
    ord("×"): "*",
    ord("ё"): "е",
    ord("Ё"): "Е",
    ord("İ"): "i",
}
_UNSEEN = regex.compile(r"[\p{Cf}\p{Cc}\ufe0e\ufe0f\u064b-\u0652\u0640--\s]", regex.V1)
"""Marks that can't be seen or that Arabic may leave out: vowels, the stretched line."""
_REWRITTEN = tuple(
    (regex.compile(pattern, regex.IGNORECASE), by)
    for pattern, by in (
        (r"(?<!\p{L})((?:\p{L}{1,2}\.){2,}(?:\p{L}(?!\p{L}))?)", lambda found: found[1].replace(".", "")),  # U.S.
        (r"n't\b", " not"),
        (r"\bcannot\b", "can not"),
        (r"\b(it|that|this|he|she|there|here|what)'s\b", r"\1 is"),
        (r"\bc'est\b", "c est"),
        (r"(?<!\p{L})(l|d|un|dell|all|nell)'(?=\p{L})", r"\1 "),
        (r"(?<=\p{Cyrillic})\s+-\s+(?=\p{Cyrillic})", " это "),
        (r"\b(?:no|nr)\.\s*(?=\d)", ""),  # No. 5
        (r"\b(?:c|ca|circa)\.?\s*(?=\d)", "about "),
        (r"\$([^\s$](?:[^$]*[^\s$])?)\$(?!\d)", r"\1"),  # LaTeX
        (r"#(?=\d)|(?<![\p{L}\p{N})\]+])\+(?=\d)", ""),  # #1, +5
        (r"(?<![\d.,'])(\d{1,3})((?:[,'\u00a0\u202f ]\d{3})+)(?![\d'])", lambda found: found[1] + _digits(found[2])),
        (r"(?<![\d.,])(\d{1,2})((?:,\d\d)+,\d{3})(?!\d)", lambda found: found[1] + _digits(found[2])),  # 10,00,000
        (r"(?<![\d.,])(\d{1,3})((?:\.\d{3}){2,})(?![\d.])", lambda found: found[1] + _digits(found[2])),  # 1.000.000
        (r"(?<![\d.,])(\d{1,3})((?:\.\d{3})+),(\d+)(?!\d)", lambda found: f"{found[1]}{_digits(found[2])}.{found[3]}"),
        (r"(?<![\d.,\[(])(\d+),(\d{1,2})(?![\d,])", r"\1.\2"),  # 3,5
        (r"(?<=\d)\s*/\s*(?=\d)", "/"),
        (r"(?<=\d)\s+-\s+(?=\d)", "-"),
        (r"(?:US|A|C)?([$€£¥₹])\s?(\d+(?:\.\d+)?(?:\s+(?:thousand|million|billion|trillion))?)", r"\2 \1"),
        (r"(?<=\d)(?=(?:km|cm|mm|kg|mg|ml|[mgl%°]|am|pm|mph|GB|MB|KB)(?![\p{L}\d]))", " "),
        (r"\*+(?![\p{L}\d])|(?<![\p{L}\d])\*+", " "),  # **bold**
        (r"!=", "≠"),
    )
)
_TOKEN = regex.compile(
    rf"(?P<interval>[\[(]\s*-?[\d.∞]+\s*,\s*-?[\d.∞]+\s*[\])])"
    rf"|(?P<date>(?<![{_LETTER}])(?:\d{{4}})?-\d\d-\d\d(?!\d)|(?<!\d)\d{{4}}-\d\d(?![\d-]))"
    rf"|(?P<number>(?:(?<![{_LETTER}\])%.])-)?(?:\d+|(?<!\d)(?=\.\d))(?:[.:/]\d+)*(?:e[-+]?\d+|st|nd|rd|th)?(?![\p{{L}}\d]))"
    rf"|(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)"
    rf"|(?P<word>(?:(?<![{_LETTER}.])\.(?=\p{{L}}))?[[{_LETTER}_]--[{_UNSPACED}]]+"
    rf"(?:['.@&][{_LETTER}_]+)*(?:(?:\+{{1,2}}|\#)(?![{_LETTER}]))?)"
    r"|(?P<sign><=|>=|==|->|&&|(?<=\p{L})\((?=\S)|(?<=\d)-(?=\d)|[%&\\/@#*^]|[\p{S}--`´¨])",
    regex.V1,
)
_HAN_DIGITS = "〇一二三四五六七八九零"
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
_HAN_NUMBER = regex.compile(rf"([{_HAN_DIGITS}{''.join(_HAN_SCALES)}]+)([人个個年月日岁歳本枚匹回点時时分秒倍円元つ]?)")
_NUMBER = regex.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d{1,3})?")
_VALUES = {word: number for number, line in enumerate(COUNTED) for word in line.split()}
_VALUES |= {word: 20 + 10 * place for place, word in enumerate(TENS)}
_ORDINALS = {word: f"{number}th" for number, word in enumerate(ORDINALS.split(), 1)}
_ENDING = regex.compile(r"(?<=\d)(?:st|nd|rd)$")
_HOUR = regex.compile(r"^0(?=\d:)")
_MONTH = "month "


def plain(text: str) -> str:
    """`text` with one sign for each meaning, one form of numbers and dates, and single spaces."""
    text = unicodedata.normalize("NFC", text).translate(_SAME_SIGNS)
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    text = _UNSEEN.sub("", text)
    text = with_dates(text)
    for pattern, by in _REWRITTEN:
        text = pattern.sub(by, text)
    text = " ".join(text.split())
    counted = _HAN_NUMBER.fullmatch(text)
    return f"{_han_value(counted[1])}{counted[2]}" if counted else text


def _han_value(text: str) -> int:
    """The value of a Chinese or Japanese number, such as 三百二十一."""
    total = group = digit = 0
    for sign in text:
        if sign in _HAN_SCALES:
            scale = _HAN_SCALES[sign]
            group = (group + digit) * scale if scale >= 10_000 else group + (digit or 1) * scale
            if scale >= 10_000:
                total, group = total + group, 0
            digit = 0
        else:
            digit = 10 * digit + _HAN_DIGITS.index(sign) % 10
    return total + group + digit


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


@lru_cache(maxsize=256)
def units(text: str) -> tuple[str, ...]:
    """The units of a text in `plain` form, in order: words, numbers, signs; characters of scripts without spaces."""
    tokens = _without_articles([part for found in _TOKEN.finditer(text) for part in _parts(found)])
    return tuple(MEASURES.get(token, token) for token in _counted([_bare(token) for token in tokens]))


def _parts(found: regex.Match[str]) -> list[str]:
    """One token as units: a date is its year, month and day, so that a year alone is part of it."""
    text = found[0]
    if found["date"]:
        date = DATE.fullmatch(text)
        return [part for part in (date["y"], f"{_MONTH}{date['m']}", f"day {date['d']}") if part and "None" not in part]
    if found["unspaced"]:
        return [part[0] for part in regex.finditer(r"\X", text)]
    return ["".join(text.split())] if found["interval"] else [text]


def _without_articles(tokens: Sequence[str]) -> list[str]:
    """Articles before a word go; capitals as in UN or vitamin A, and the last word, are none."""
    kept = [token for place, token in enumerate(tokens) if not _is_article(tokens, place)]
    says_more = any(token.casefold() not in ARTICLES or (token.isupper() and len(token) > 1) for token in kept)
    return kept if says_more else list(tokens)


def _is_article(tokens: Sequence[str], place: int) -> bool:
    token = tokens[place].casefold()
    is_name = tokens[place].isupper() and (len(token) > 1 or place > 0)
    is_or = token == "o" and place > 0 and tokens[place - 1].casefold() not in COPULAS
    return token in ARTICLES and not is_name and not is_or and place < len(tokens) - 1


def _bare(token: str) -> str:
    """A token in lower case, a number in its shortest form, an Arabic word without its article."""
    token = token.casefold()
    if _NUMBER.fullmatch(token):
        return shortest(token)
    if token.startswith("ال") and len(token) > 4:
        return token[2:]
    ordinal: str = _ENDING.sub("th", _HOUR.sub("", token))
    return _ORDINALS.get(ordinal, ordinal)


def shortest(number: str) -> str:
    """A plain number without zeros that change nothing."""
    value = Decimal(number)
    return f"{value.normalize():f}" if value else "0"


def _counted(tokens: Sequence[str]) -> list[str]:
    """Tokens with numbers in words as digits: "twenty one" is 21, "5 million" is 5000000."""
    counted: list[str] = []
    place = 0
    while place < len(tokens):
        is_minus = tokens[place] in ("minus", "negative") and place + 1 < len(tokens)
        value, after = _spoken(tokens, place + is_minus)
        counted.append(tokens[place] if value is None else shortest(str(-value if is_minus else value)))
        place = after if value is not None else place + 1
    return counted


def _spoken(tokens: Sequence[str], place: int) -> tuple[Decimal | None, int]:
    """(the number that begins at `place`, the place after it); None and the next place where none does."""
    total, group, last = Decimal(0), _value(tokens[place]), tokens[place]
    if group is None:
        return None, place + 1
    place += 1
    while place < len(tokens):
        token, value = tokens[place], _value(tokens[place])
        if token in SCALES:
            scaled = group * SCALES[token]
            group, total = (scaled, total) if token == "hundred" else (Decimal(0), total + scaled)
        elif value is not None and not token[0].isdigit() and (last in SCALES or (last in TENS and value < 10)):
            group += value
        elif token == "and" and last in SCALES and place + 1 < len(tokens) and tokens[place + 1] in _VALUES:
            place += 1
            continue
        else:
            break
        last = token
        place += 1
    return total + group, place


def _value(token: str) -> Decimal | None:
    if token in _VALUES:
        return Decimal(_VALUES[token])
    return Decimal(token) if _NUMBER.fullmatch(token) else None


def is_number(unit: str) -> bool:
    """Whether a unit is a number, a date's part, or has digits in it as 10:30 or 1/2 have."""
    return unit.startswith((_MONTH, "day ")) or any(map(str.isdigit, unit))


def is_letter(unit: str) -> bool:
    """Whether a unit is a single letter, as in vitamin A: it tells things of one kind apart, as numbers do."""
    return len(unit) == 1 and unit.isalpha() and not is_unspaced(unit)


def is_date_part(unit: str) -> bool:
    """Whether a unit is a year, or the month or day of a date."""
    return unit.startswith((_MONTH, "day ")) or (unit.isdigit() and len(unit) == 4)


def is_unspaced(unit: str) -> bool:
    """Whether a unit is one character of a script that writes words without spaces."""
    return regex.match(rf"[{_UNSPACED}]", unit) is not None
