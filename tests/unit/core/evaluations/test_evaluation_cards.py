"""The cards of an evaluation: the same content in Markdown and HTML, and nothing in an answer becomes markup."""

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from core.evaluations.evaluation_card import evaluation_card
from core.evaluations.evaluation_card_html import CARD_POLICY, evaluation_card_html
from core.evaluations.evaluation_card_markdown import evaluation_card_markdown
from core.evaluations.folder import ResultFolder
from core.evaluations.settle import settle
from tests.support.evaluated import answer, evaluation, judged, row

HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></style><img src=x onerror=alert(1)>",
    "```\n# not a heading\n````",
    "| a | b |\n| --- |",
    "[x](javascript:alert(1))",
    "\ud800",
]


class Page(HTMLParser):
    """The tags, attributes and texts of a document."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = set(), set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def card(tmp_path):
    """Of an evaluation with a significant change, settled as after a run."""
    test = evaluation(total=28)
    folder = ResultFolder(tmp_path / "evaluation-1")
    folder.save(test)
    folder.append(judged("0" * 12 + "11", "1" * 12 + "10"))
    settle(test, folder)
    return evaluation_card(test, test.summary)


def hostile_card(tmp_path, text):
    test = evaluation(total=2)
    test.models[0]["label"] = text
    folder = ResultFolder(tmp_path / "evaluation-1")
    folder.save(test)
    asked = row(0, [answer(1.0, True, text=text)], [answer(0.0, False, text=text)])
    folder.append([asked | {"instruction": text, "reference": text}])
    settle(test, folder)
    return evaluation_card(test, test.summary), folder


def test_a_side_that_took_no_prompt_has_no_length_on_its_card(tmp_path):
    test, folder = evaluation(total=2), ResultFolder(tmp_path / "evaluation-1")
    folder.save(test)
    folder.append([row(0, [answer(None, tokens=0) | {"finish_reason": "refused"}], [answer(1.0, True)])])
    settle(test, folder)
    sides = {figure.name: figure.sides for figure in evaluation_card(test, test.summary).figures}
    assert sides["Tokens an answer"] == ("none answered", "10.0")


def test_each_interval_is_called_what_it_is(card, tmp_path):
    single = "those of changes paired, that of pass@1 is Wilson's score interval."
    assert single in " ".join(Page(evaluation_card_html(card)).texts)
    assert single in evaluation_card_markdown(card).replace("\\", "")
    test, folder = evaluation(total=4, samples=2), ResultFolder(tmp_path / "evaluation-2")
    folder.save(test)
    folder.append([row(0, [answer(0.0, False), answer(1.0, True)], [answer(1.0, True)] * 2)])
    settle(test, folder)
    assert evaluation_card(test, test.summary).intervals.endswith("those of changes paired.")


def test_both_cards_say_the_same(card):
    page = " ".join(Page(evaluation_card_html(card)).texts)
    lines = evaluation_card_markdown(card).replace("\\", "")
    for said in (card.verdict, "trained against base", "13 of 14", "exact McNemar test", "What is 13?", "match 0.00"):
        assert said in page
        assert said in lines
    assert card.tone == "good"


def test_the_card_tells_how_it_was_made(card):
    facts = dict(card.facts)
    assert facts["Run"] == "r1"
    assert facts["Rows"] == "14 held-out rows, 1 answer each, same seed for both (42)"
    assert facts["Answers"] == "greedy (temperature 0), at most 64 tokens"


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "end tags", "fences", "table", "link", "half character"])
def test_nothing_in_an_answer_becomes_markup(tmp_path, text):
    card, folder = hostile_card(tmp_path, text)
    page = Page(evaluation_card_html(card))
    assert not page.tags & {"script", "img", "a", "iframe", "link"}
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert (folder.path / "card.html").read_text(encoding="utf-8") == evaluation_card_html(card)
    outside = outside_of_fences(evaluation_card_markdown(card))
    assert not re.search(r"(?<!\\)[<\[]|^# not a heading", outside, re.MULTILINE)


def outside_of_fences(text):
    """The lines of a Markdown text that are no code."""
    lines, fence = [], ""
    for line in text.splitlines():
        ticks = re.match("`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif ticks:
            fence = ticks[0]
        else:
            lines.append(line)
    assert not fence
    return "\n".join(lines)


def test_the_policy_allows_the_style_of_the_file_and_nothing_else(card):
    text = evaluation_card_html(card)
    style = re.search("<style>(.*)</style>", text, re.DOTALL)[1]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CARD_POLICY
    assert "default-src 'none'" in CARD_POLICY
    assert CARD_POLICY in text.replace("&#x27;", "'")


def test_the_html_stands_alone_and_fits_light_dark_small_and_paper(card):
    text = evaluation_card_html(card)
    assert not re.search(r"https?://|url\(|@import", text)
    for wanted in ("prefers-color-scheme: dark", "@media print", "width=device-width", "max-width: 36rem"):
        assert wanted in text
