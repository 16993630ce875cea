"""The Citation Format preset."""

import pytest

from core.rewards.base import Example
from core.rewards.library.citations import APA_LIST, BODY, MLA_TEXT, citation_format

GOOD = f"{BODY}\n\nReferences\n{APA_LIST}"


def one_entry(entry, cited, style="apa"):
    text = f"Sleep makes memories stable, and it does so in every animal that was studied {cited}."
    text += " Nobody knows why it is so."
    return citation_format(f"{text}\n\nReferences\n{entry}", "", Example(), style=style)


@pytest.mark.parametrize(
    ("entry", "cited"),
    [
        ("Smith, J. (2020). The sleep of bees. Hive Press.", "(Smith, 2020)"),
        ("Smith, J. A., & Jones, B. (2020). The sleep of bees. Hive Press.", "(Smith & Jones, 2020, pp. 3-5)"),
        (
            "Smith, J. A., Jones, B., & Łoś, K. (2020a). The sleep of bees: A study. Bees, 3.",
            "(see Smith et al., 2020a)",
        ),
        ("O'Neil, P.-J. (n.d.). *Sleeping animals*. https://example.org", "(O'Neil, n.d.)"),
        ("van Dijk, R. (2020, May 3). The sleep of bees [Blog post]. Hive.", "(van Dijk, 2020)"),
        (
            "World Health Organization. (2020). Sleep in the world. https://example.org",
            "(World Health Organization, 2020)",
        ),
    ],
)
def test_apa_entries_and_citations_are_recognised(entry, cited):
    assert one_entry(entry, cited).value == 1.0


@pytest.mark.parametrize(
    ("entry", "cited"),
    [
        ("Smith, John. The Sleep of Bees. Hive Press, 2020.", "(Smith 45)"),
        ("Smith, John A. “The Sleep of Bees.” Hive, vol. 3, no. 2, 2020, pp. 1-9.", "(Smith 45-47)"),
        ('Smith, John, and Mary Jones. "The Sleep of Bees." Hive, 2020, pp. 1-9.', "(Smith and Jones 45)"),
        ("Smith, John, et al. *The Sleep of Bees*. Hive Press, 2020.", "(Smith et al. 45)"),
        ("World Health Organization. Sleep in the World. WHO Press, 2020.", "(World Health Organization 12)"),
        ("Smith, John. The Sleep of Bees. Hive Press, 2020.", "by Smith (45)"),
    ],
)
def test_mla_entries_and_citations_are_recognised(entry, cited):
    assert one_entry(entry, cited, "mla").value == 1.0


@pytest.mark.parametrize(
    "entry",
    [
        "Smith 2020 The sleep of bees",
        "Smith, J. The sleep of bees. Hive Press.",
        "Smith, J. (2020).",
        "(2020). The sleep of bees.",
        "The sleep of bees, 2020",
        "https://example.org",
    ],
)
@pytest.mark.parametrize("style", ["apa", "mla"])
def test_a_line_that_lacks_author_year_or_title_is_no_entry(entry, style):
    score = one_entry(entry, "(Smith, 2020)" if style == "apa" else "(Smith 45)", style)
    assert score.value == 0.0
    assert entry[:20] in score.reason


@pytest.mark.parametrize(
    ("text", "part", "value", "reason"),
    [
        (GOOD.replace("Brandt, 2021;", "Brandt, 2020;"), "resolved", 0.75, "cited but not listed: brandt 2020"),
        (GOOD.replace("Sato et al., 2016, p. 44", "Brandt, 2021"), "cited", 2 / 3, "listed but not cited: sato 2016"),
        (f"{GOOD}\nA book I liked", "entries", 0.75, "no APA entry: 'A book I liked'"),
        (f"{GOOD}\n{APA_LIST}", "entries", 0.5, "no APA entry: 'Brandt"),
    ],
    ids=["wrong year", "never cited", "malformed", "listed twice"],
)
def test_what_does_not_match_costs_its_share_and_is_named(text, part, value, reason):
    score = citation_format(text, "", Example())
    assert score.parts[part] == pytest.approx(value)
    assert reason in score.reason
    assert 0 < score.value < 1


def test_any_style_takes_the_better_one():
    assert citation_format(MLA_TEXT, "", Example(), style="any").value == 1.0
    assert citation_format(GOOD, "", Example(), style="any").value == 1.0
    assert citation_format(MLA_TEXT, "", Example(), style="apa").value == 0.0
    assert citation_format(GOOD, "", Example(), style="mla").value == 0.0


def test_too_few_citations_cost_their_share():
    assert citation_format(GOOD, "", Example(), min_citations=6).parts["citations"] == 0.5


@pytest.mark.parametrize(
    "body",
    [
        "(Okafor & Lindqvist, 2018) (Brandt, 2021) (Sato et al., 2016)",
        "Apple river stone (Brandt, 2021). Cloud engine candle mountain (Sato et al., 2016). Kettle window.",
        "See it (Brandt, 2021).",
        "Brandt (2021) Brandt (2021) Brandt (2021) Brandt (2021) Brandt (2021) Brandt (2021) Brandt (2021)",
    ],
    ids=["bare citations", "random words", "hardly a sentence", "one citation again and again"],
)
def test_citations_without_prose_score_nothing(body):
    assert citation_format(f"{body}\n\nReferences\n{APA_LIST}", "", Example()).value == 0.0
