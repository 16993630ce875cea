"""The Citation Format preset: citations in the text and a reference list that belong together, in APA or MLA."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.rewards.base import Component, Example, Parameter, Preset, Sample, Score, excerpt, weighted
from core.rewards.text.prose import no_text, read_prose
from core.rewards.text.words import ramp, words

COMPONENTS = (
    Component("entries", 0.4, "Reference list lines with author, year and title in the shape of the style."),
    Component("resolved", 0.3, "Citations in the text that have an entry in the reference list."),
    Component("cited", 0.3, "Entries of the reference list that the text cites."),
    Component("citations", 0, "Enough different entries are cited."),
    Component("prose", 0, "Between the citations stands a text of whole sentences, not copied from the prompt."),
)
FEWEST_WORDS, ENOUGH_WORDS = 8, 20

_CAPITAL = "A-ZÀ-ÖØ-ÞĄĆČĎĘĚŁŃŇŘŚŠŤŹŻŽİŞ"
_WORD = rf"[{_CAPITAL}][\w'’-]{{1,30}}"  # every repeat is bounded, so that no text is slow to judge
_SURNAME = rf"(?:(?:van|von|der|den|de|del|la|le|di|da|al) ){{0,3}}{_WORD}"
_BODY = rf"{_WORD}(?: (?:of|for|and|the|on|&|{_WORD})){{0,6}} {_WORD}"
_YEAR = r"(?:(?:1[5-9]|20)\d\d[a-z]?|n\.d\.)"
_NAMES = rf"(?<!\w)(?:{_BODY}|{_SURNAME})(?:(?:, {_SURNAME}){{0,5}},? (?:&|and) {_SURNAME}| et al\.?)?"
_PERSON = rf"{_SURNAME},(?: ?-?[{_CAPITAL}]\.){{1,4}}"
_TITLE = r"[^\s.?!][^.?!]{0,200}[^\W\d_]{2}[^.?!]{0,200}"

_HEADING = re.compile(
    r"^[^\w\n]{0,9}(?:references|reference list|works cited|bibliography)[^\w\n]{0,9}$", re.IGNORECASE | re.MULTILINE
)
_BULLET = re.compile(r"^(?:[-*•]|\d+[.)]|\[\d+\])\s+")
_BRACKETS = re.compile(r"\s?\([^()]{0,400}\)")
_PARENTHESES = re.compile(r"\(([^()]{3,200})\)")

_APA_ENTRY = re.compile(
    rf"^(?P<author>{_PERSON}(?:,? (?:& )?(?:\.\.\. )?{_PERSON}){{0,20}}|{_BODY}\.|{_SURNAME}\.) "
    rf"\({_YEAR}(?:, [^()]+)?\)\. [*_]?{_TITLE}[.?!]"
)
_APA_YEAR = re.compile(rf"\(({_YEAR})")
_APA_CITED = re.compile(rf"^(?:see |see also |cf\. |e\.g\., )?(?P<names>{_NAMES}), (?P<year>{_YEAR})(?:, .+)?$")
_APA_NARRATIVE = re.compile(rf"(?P<names>{_NAMES}) \((?P<year>{_YEAR})(?:, [^()]*)?\)")

_MLA_ENTRY = re.compile(
    rf"^(?P<author>{_SURNAME}, {_WORD}[^.\d()]{{0,80}}(?:[{_CAPITAL}]\.[^.\d()]{{0,80}}){{0,4}}\.?|{_BODY}\.) "
    rf"(?:[\"“]{_TITLE}[.?!,][\"”]|[*_]?{_TITLE}[.?!][*_]?) .*\b(?:1[5-9]|20)\d\d\b"
)
_MLA_CITED = re.compile(rf"^(?P<names>{_NAMES})(?: \d+(?:[-–]\d+)?(?:, \d+)*)?$")
_MLA_PAGE = re.compile(r"\((?!(?:1[5-9]|20)\d\d\))\d{1,4}(?:[-–]\d+)?\)")


@dataclass(frozen=True)
class _Found:
    """The findings of one style: citation keys in the text, keys of well-formed entries, and malformed lines."""

    citations: set[str]
    entries: set[str]
    malformed: list[str]


def citation_format(
    response: str, reference: str, example: Example, *, style: str = "apa", min_citations: int = 1
) -> Score:
    """Score whether citations and reference list have the style's shape and belong together.

    The list starts below a line saying References, Reference list, Bibliography or Works Cited, one entry a line. It
    checks form only: it can't tell a real source from an invented one.

    Args:
        example: The instruction is the prompt, which may not be copied.
        style: "apa", "mla", or "any" for the better of the two.
        min_citations: How many different entries the text should cite.
    Source: Publication Manual of the APA, 7th ed., chapters 8 and 9; MLA Handbook, 9th ed., chapters 5 and 6.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return no_text(COMPONENTS)
    body, *rest = _HEADING.split(solution, 1)
    lines = [_BULLET.sub("", line.strip()) for line in "".join(rest).splitlines() if line.strip()]
    prose = read_prose(_BRACKETS.sub("", body), example.instruction)
    quality = prose.quality * ramp(len(prose.words), FEWEST_WORDS, ENOUGH_WORDS)
    scores = []
    for name in ("apa", "mla") if style == "any" else (style,):
        found = _in_apa(body, lines) if name == "apa" else _in_mla(body, lines)
        parts = _parts(found, min_citations) | {"prose": quality}
        scores.append(weighted(parts, COMPONENTS, prose.problem or _reason(name.upper(), found, len(lines), quality)))
    return max(scores, key=lambda score: score.value)


def _parts(found: _Found, min_citations: int) -> dict[str, float]:
    matched = found.citations & found.entries
    lines = len(found.entries) + len(found.malformed)
    return {
        "entries": len(found.entries) / lines if lines else 0.0,
        "resolved": len(matched) / len(found.citations) if found.citations else 0.0,
        "cited": len(matched) / len(found.entries) if found.entries else 0.0,
        "citations": min(1.0, len(matched) / min_citations),
    }


def _reason(style: str, found: _Found, lines: int, quality: float) -> str:
    if quality < 1:
        return f"fewer than {ENOUGH_WORDS} words stand around the citations"
    if not lines:
        return "no reference list below a line that says References or Works Cited"
    if found.malformed:
        return f"no {style} entry: {excerpt(found.malformed[0])}"
    if not found.citations:
        return f"no {style} citation in the text"
    if found.citations - found.entries:
        return f"cited but not listed: {min(found.citations - found.entries)}"
    if found.entries - found.citations:
        return f"listed but not cited: {min(found.entries - found.citations)}"
    return f"{len(found.entries)} {style} entries, each cited in the text"


def _in_apa(body: str, lines: list[str]) -> _Found:
    """Keys are the first author and the year."""
    citations = {_key(match["names"], match["year"]) for match in _APA_NARRATIVE.finditer(body)}
    for inside in _PARENTHESES.findall(body):
        for piece in inside.split(";"):
            match = _APA_CITED.match(piece.strip())
            if match:
                citations.add(_key(match["names"], match["year"]))
    entries: set[str] = set()
    malformed = []
    for line in lines:
        match = _APA_ENTRY.match(line)
        year = _APA_YEAR.search(line)
        key = _key(match["author"], year[1]) if match and year else ""
        malformed.extend([line] if not key or key in entries else [])
        entries |= {key} - {""}
    return _Found(citations, entries, malformed)


def _in_mla(body: str, lines: list[str]) -> _Found:
    """Keys are the first author alone; a page in brackets belongs to the listed author named before it."""
    matches = [(line, _MLA_ENTRY.match(line)) for line in lines]
    entries = {_key(match["author"]) for _, match in matches if match}
    malformed = [line for line, match in matches if not match]
    pieces = (piece.strip() for inside in _PARENTHESES.findall(body) for piece in inside.split(";"))
    citations = {_key(match["names"]) for piece in pieces if (match := _MLA_CITED.match(piece))}
    for page in _MLA_PAGE.finditer(body):
        before = words(body[: page.start()].rsplit(". ", 1)[-1])
        citations.add(next((word for word in reversed(before) if word in entries), page[0]))
    return _Found(citations, entries, malformed)


def _key(names: str, year: str = "") -> str:
    """The last word of the first author's name in lower case (Gogh for van Gogh, Organization), and the year."""
    first = re.split(r",| et al| & | and (?=[A-Z])", names, maxsplit=1)[0].rstrip(".")
    return " ".join(filter(None, (first.split()[-1].lower(), year)))


PROMPT = "Write a paragraph about sleep and memory with citations and a reference list."
BODY = (
    "Sleep is not idle time for the brain. New memories are replayed during the night and grow more stable (Okafor & "
    "Lindqvist, 2018). Brandt (2021) showed that even a short nap improves the recall of word lists, although the "
    "effect is smaller in older adults (Brandt, 2021; Sato et al., 2016, p. 44)."
)
APA_LIST = (
    "Brandt, H. (2021). Short naps and long lists. Journal of Applied Memory, 12(3), 201-219.\nOkafor, C. N., & "
    "Lindqvist, E. (2018). The replay of memories in the sleeping brain. Northern Press.\nSato, K., Meyer, L., & "
    "Ruiz, P. (2016). Age and recall after sleep. Sleep Studies, 8(1), 40-52."
)
MLA_TEXT = (
    "Harbours changed the way that poets wrote about distance. A ship that leaves is seen for hours, and its slow "
    "loss became a figure for grief (Castell 45). Moreau argues that the railway ended this habit, since it made "
    "every farewell sudden (112-14).\n\nWorks Cited\n"
    'Castell, Maria. "The Slow Farewell." Review of Sea Poetry, vol. 4, no. 2, 2009, pp. 40-58.\n'
    "Moreau, Jean. Iron and Verse. Quay Press, 2015."
)


def _sample(text: str) -> Sample:
    return Sample(text, "", Example(PROMPT))


PRESET = Preset(
    title="Citation Format",
    function=citation_format,
    category="writing",
    level="advanced",
    summary="Citations in the text and entries of the reference list match each other, in APA or MLA style.",
    judges_truth=False,
    tags=("citations", "references", "apa", "mla", "academic"),
    fields=(),
    components=COMPONENTS,
    parameters=(
        Parameter("style", "apa", "The citation style.", choices=("apa", "mla", "any")),
        Parameter("min_citations", 1, "How many different entries the text should cite.", 1, 50, unit="entries"),
    ),
    good=(
        _sample(f"{BODY}\n\nReferences\n\n{APA_LIST}"),
        _sample(
            "Most households throw away food that could still be eaten, and the reason is often the date on the "
            "label (World Health Organization, 2019). Clearer labels reduced the waste by a tenth in one trial "
            "(Nowak, 2022).\n\n**References**\n\n- Nowak, A. (2022). What a date tells. Food Policy Letters, 3, "
            "12-20.\n- World Health Organization. (2019). Food labels in daily life. https://example.org/labels"
        ),
        _sample(
            "As van Dijk (2015) observed, cities that plant trees along their streets stay cooler in summer, and "
            "their people walk more. The cost is small when it is spread over the life of a tree (Abara et al., "
            "2020).\n\nReferences\nAbara, T., Cole, S. P., & Ito, M. (2020). Counting shade: The price of street "
            "trees. Urban Green, 7(2), 88-101.\nvan Dijk, R. (2015). Cool streets. Canal Books."
        ),
    ),
    bad=(
        _sample(BODY),
        _sample(f"(Okafor & Lindqvist, 2018) (Brandt, 2021) (Sato et al., 2016)\n\nReferences\n\n{APA_LIST}"),
        _sample(f"{BODY}\n\nReferences\n\nBrandt 2021\nSome book about sleep\nwww.example.org"),
        _sample(MLA_TEXT),
    ),
)
