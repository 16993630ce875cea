"""One way of writing for an answer: Unicode signs, LaTeX's spaces and sizes, money and text become plain LaTeX."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙₓ", "0123456789+-()nx", strict=True))
SIGNS = {
    **dict.fromkeys("−–—﹣‒", "-"),
    **dict.fromkeys("×✕✖", r"\times "),
    **dict.fromkeys("·⋅∙•", r"\cdot "),
    **dict.fromkeys('“”„«»"`', ""),
    **dict.fromkeys("‘’′", "'"),
    **dict.fromkeys("，、､", ","),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "∶": ":",
    "∛": r"\sqrt[3]",
    "∞": r"\infty ",
    "≤": r"\le ",
    "⩽": r"\le ",
    "≥": r"\ge ",
    "⩾": r"\ge ",
    "≠": r"\ne ",
    "±": r"\pm ",
    "∓": r"\mp ",
    "∪": r"\cup ",
    "∩": r"\cap ",
    "∠": r"\angle ",
    "△": r"\triangle ",
    "∅": r"\emptyset ",
    "ø": r"\emptyset ",
    "∈": r"\in ",
    "≈": r"\approx ",
    "≡": r"\equiv ",
    "ℝ": r"\R ",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "⌈": r"\lceil ",
    "⌉": r"\rceil ",
    "〈": "⟨",
    "〉": "⟩",
    "。": ".",
    "º": "°",
}
CURRENCIES = {
    "€": "euros",
    "£": "pounds",
    "¥": "yen",
    "₹": "rupees",
    "₽": "roubles",
    "₩": "won",
    "₪": "shekels",
}
AMOUNT = r"(-?(?<![\d.,])(?:\d[\d,]{0,40}(?:\.\d{0,40})?(?:\\overline\{\d+\})?|\.\d{1,40}))"
ESCAPED_DOLLARS = re.compile(rf"\\\$\s*{AMOUNT}")
DOLLARS = re.compile(rf"(-?)\$\s*{AMOUNT}")
CURRENCY = re.compile(rf"([{''.join(CURRENCIES)}])\s*{AMOUNT}|{AMOUNT}\s*([{''.join(CURRENCIES)}])")

SIMPLER: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(pattern), replacement)
    for pattern, replacement in [
        (r"\\(?:left|right|middle)\s*\.", ""),
        (r"\\(?:left|right|middle|displaystyle|textstyle|limits|nolimits|[bB]igg?[lr]?)(?![A-Za-z])", ""),
        (r"\\[dtc]frac(?![A-Za-z])", r"\\frac"),
        (r"\\[dt]binom(?![A-Za-z])|\\choose(?![A-Za-z])", r"\\binom"),
        (r"\\!|\{\}", ""),
        (r"(?<!\\)\\(?:[,;:> ]|q?quad(?![A-Za-z])|hspace\{[^{}]*\}|phantom\{[^{}]*\})|~|\u00a0", " "),
        (r"\{,\}", ","),
        (r"\\%", "%"),
        (r"\\\\\[[\d.]+\w+\]", r"\\\\"),
        (r"(?<!\\)\\[()\[\]]", " $ "),
        (r"\\#|\\_|\\f?box(?:ed)?(?=\s*\{)", " "),
        (r"\s*\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![A-Za-z]))|\s*\\degrees?(?![A-Za-z])", "°"),
        (r"\\math(?:rm|up)\s*\{\s*([ei])\s*\}", r"\1"),
        (r"\\(?:mathbf|mathit|boldsymbol|bm|mathsf|mathcal|pmb)(?![A-Za-z])\s*", ""),
        (r"\\(?:operatorname|mathop)\*?\s*\{\s*([A-Za-z]+)\s*\}", r"\\\1 "),
        (r"\\mathbb\s*\{?\s*([A-Z])\s*\}?|\\(R)eals(?![A-Za-z])", r"\\\1\2 "),
        (r"\\(?:leqslant|leqq|leq)(?![A-Za-z])", r"\\le"),
        (r"\\(?:geqslant|geqq|geq)(?![A-Za-z])", r"\\ge"),
        (r"\\(?:neq|not\s*=)(?![A-Za-z])", r"\\ne"),
        (r"\\lt(?![A-Za-z])|&lt;", "<"),
        (r"\\gt(?![A-Za-z])|&gt;", ">"),
        (r"<=", r"\\le "),
        (r">=", r"\\ge "),
        (r"(?<=[A-Za-z)\s])!=", r"\\ne "),
        (r"\+\s*/\s*-|\+-", r"\\pm "),
        (r"\\(?:varnothing|O|empty)(?![A-Za-z])", r"\\emptyset"),
        (r"\\\{\s*\\\}", r"\\emptyset "),
        (r"\\langle(?![A-Za-z])", "⟨"),
        (r"\\rangle(?![A-Za-z])", "⟩"),
        (r"\\lbrace(?![A-Za-z])", r"\\{"),
        (r"\\rbrace(?![A-Za-z])", r"\\}"),
        (r"\\[lr]?vert(?![A-Za-z])", "|"),
        (r"\\(?:lparen|rparen)(?![A-Za-z])", lambda found: "(" if found[0][1] == "l" else ")"),
        (r"\\(?:thickapprox|simeq|cong|doteq)(?![A-Za-z])", r"\\approx"),
        (r"\\(?:colon|ratio)(?![A-Za-z])", ":"),
        (r"\\(?:ast|star)(?![A-Za-z])", "*"),
        (r"\\div(?![A-Za-z])", "/"),
        (r"\\vee(?![A-Za-z])|∨", r"\\lor "),
        (r"\\wedge(?![A-Za-z])|∧", r"\\land "),
        (r"\\(?:ldots|dots|cdots|dotsc)(?![A-Za-z])|\.\.\.", r"\\ldots "),
        (r"(?<=\d)(?<!(?<![\d.])0(?=[xX]))\s*[xX]\s*(?=\d)", r"\\times "),  # but not of 0x1F
        (r"°\s*\\?(?:text|mathrm|rm)?\s*\{?\s*([CF])(?![a-z])\s*\}?", r' "°\1" '),
        (r"\s[dD]egrees?\s+(?:[cC]elsius|C\b)", ' "°C" '),
        (r"\s[dD]egrees?\s+(?:[fF]ahrenheit|F\b)", ' "°F" '),
        (r"(?<=\d)'(?=\d{3}(?!\d))", ""),
        (r"\b(sq|cu|ft|in|hrs?|mins?|secs?|lbs?|oz|yd|mi|[Rr]s)\.(?!\d)", r"\1"),
        (r"\b(?:negative|minus)\s+(?=[\d.\\(])", "-"),
        (r"(?<=\d)\s*([cdkm]?m|ft|in|yd)([23])(?!\w)", r' "\1^\2"'),
        (r"\b[Uu][Ss](?=\$)", ""),
    ]
]
TEXT = re.compile(r"\\(?:text(?:bf|rm|it|sf|tt|normal)?|mathrm|mbox|hbox|rm|textup|mathup|emph)\s*\{([^{}]*)\}")
RADICAL = re.compile(r"√\s*(\d+(?:\.\d+)?)?")
BOLD = re.compile(r"(?<![\w)*])(\*\*|__)(?=\S)([^*]+?)(?<=\S)\1(?![\w(*])")
SPACED_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2})((?: \d{3})+)(?![\d])")
ORDINAL = re.compile(r'(?<=\d)(?:\s?\^\s?\{?\s?"(?:st|nd|rd|th)"\s?\}?|(?:st|nd|rd|th)\b)')
CONNECTIVES = re.compile(
    r"^(?:(?:so|thus|hence|therefore|then|finally|we (?:get|have|find))\b[,:]?\s*(?=\S))+", re.IGNORECASE
)
CLOSING_WORDS = re.compile(r"\.\s*I hope it is correct\W*$", re.IGNORECASE)
BOX = re.compile(r"\\f?box(?:ed)?\s*\{")
LEAD_IN = re.compile(
    r"^(?:the\s+)?(?:final\s+|correct\s+|exact\s+)?"
    r"(?:answer|solution|result)s?\s*(?:is|are|:|=)\s*:?\s*(?=\S)|^(?:option|choice)\s+(?=\W*[A-J]\b\W*$)",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    r"""`text` as plain LaTeX: ASCII signs, one space at most, text and units between quotes (\text{cm} is "cm")."""
    flat = _latex_signs(BOLD.sub(r"\2", text))
    for pattern, replacement in SIMPLER:
        flat = pattern.sub(replacement, flat)
    flat = CLOSING_WORDS.sub("", LEAD_IN.sub("", CONNECTIVES.sub("", flat.strip())))
    flat = _without_dollars(flat)
    flat = " ".join(TEXT.sub(lambda found: _quoted(found[1]), flat).split())
    flat = ORDINAL.sub(' "th"', flat)
    flat = SPACED_THOUSANDS.sub(lambda found: found[0].replace(" ", ""), flat)
    flat = flat.lstrip(" ,;:").rstrip(" .,;:" if flat.count(":") < 2 else " .,;")
    return flat[1:-1] if flat[:1] == flat[-1:] == "'" else flat


def _latex_signs(text: str) -> str:
    """`text` with a LaTeX command or an ASCII sign for each Unicode one."""
    text = _scripts(_scripts(text, SUPERSCRIPTS, "^"), SUBSCRIPTS, "_")
    text = RADICAL.sub(lambda found: rf"\sqrt{{{found[1]}}}" if found[1] else r"\sqrt ", text)
    return "".join(map(_latex_sign, text))


def _latex_sign(sign: str) -> str:
    if sign.isascii() and sign not in '"`':
        return sign
    if sign in SIGNS:
        return SIGNS[sign]
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    name = unicodedata.name(sign, "")
    if name.startswith("VULGAR FRACTION"):
        return " " + unicodedata.normalize("NFKC", sign).replace("\u2044", "/")
    if name.startswith("GREEK") and "LETTER" in name:
        letter = name.rsplit(" ", 1)[1].lower()
        return "\\" + (letter if " SMALL " in name else letter.capitalize()) + " "
    folded = unicodedata.normalize("NFKC", sign)
    return "".join(SIGNS.get(part, part) for part in folded)


def _scripts(text: str, signs: dict[str, str], mark: str) -> str:
    """Raised or lowered signs as ^{..} or _{..}."""
    return re.sub(f"[{''.join(signs)}]+", lambda found: f"{mark}{{{''.join(signs[s] for s in found[0])}}}", text)


def _quoted(text: str) -> str:
    """The words of `text` between quotes; words that join two values, and values, stay bare."""
    parts = re.split(r"(,|;|\b(?:and|or)\b)", text.replace("$", ""))
    return f" {' '.join(part if place % 2 else _quoted_words(part.strip()) for place, part in enumerate(parts))} "


def _quoted_words(words: str) -> str:
    return f'"{words}"' if words and not any(map(str.isdigit, words)) else words


def _without_dollars(text: str) -> str:
    """`text` without the signs around formulas; a dollar sign that is money becomes the word behind its number."""
    text = ESCAPED_DOLLARS.sub(r' \1 "dollars" ', text.replace("$$", "$")).replace("\\$", "")
    text = CURRENCY.sub(lambda found: f' {found[2] or found[3]} "{CURRENCIES[found[1] or found[4]]}" ', text)
    parts = text.split("$")
    are_prices = all(re.match(r"\s*-?\d", part) for part in parts[1:])
    if len(parts) % 2 and not are_prices and all(map(str.strip, parts[1::2])):
        return "".join(part if place % 2 else _around(part) for place, part in enumerate(parts))
    return DOLLARS.sub(r' \1\2 "dollars" ', text).replace("$", " ")


def _around(words: str) -> str:
    """What stands between two formulas: joining words and separators stay, other words are quoted."""
    bare = words.strip()
    if not re.search(r"[^\W\d_]{2}", bare) or re.fullmatch(r"[,;]?\s*(?:and|or)", bare.casefold()):
        return f" {bare} "
    return f" {bare} " if "\\" in bare or any(map(str.isdigit, bare)) else f' "{bare}" '


def boxes(text: str) -> list[str]:
    r"""The contents of every \boxed{..} and \fbox{..} of `text`, in order; an unclosed one reaches to the end."""
    found, end = [], 0
    for start in BOX.finditer(text):
        if start.start() < end:
            continue
        depth, end = 1, start.end()
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0) if text[end - 1] != "\\" else 0
            end += 1
        found.append(text[start.end() : end - 1 if not depth else end])
    return found
