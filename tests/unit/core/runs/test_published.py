"""The estimate stays near what others have published, and docs/memory.md says what the code says."""

import pytest

from core.runs.published import published, with_tables
from tests.conftest import REPOSITORY

FIGURES = list(published())


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.what)
def test_the_estimate_is_within_25_percent_of_a_published_figure(figure):
    assert figure.estimate_gib == pytest.approx(figure.gib, rel=0.25)


def test_llama_factorys_figures_grow_with_the_length_as_ours_do():
    """0.33 GB for 1,024 tokens, from 1,024 to 100,000 of them."""
    lengths = [figure for figure in FIGURES if "Llama 2 7B, 4 bit, 1 x" in figure.what]
    theirs = lengths[-1].gib - lengths[0].gib
    assert lengths[-1].estimate_gib - lengths[0].estimate_gib == pytest.approx(theirs, rel=0.25)


def test_the_tables_in_the_docs_are_up_to_date():
    text = (REPOSITORY / "docs" / "memory.md").read_text(encoding="utf-8")
    assert with_tables(text) == text, "run: python -m core.runs.published --write docs/memory.md"
