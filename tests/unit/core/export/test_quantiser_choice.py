"""Which llama.cpp quantises: the user's own, else what is installed."""

import os

import pytest

from core.errors import Unavailable
from core.export.llama_cpp import quantiser_libraries, quantiser_program

PROGRAM = "llama-quantize.exe" if os.name == "nt" else "llama-quantize"


@pytest.mark.parametrize("place", ["", "bin", "build/bin"])
def test_the_program_is_found_in_a_folder_of_llama_cpp(tmp_path, place):
    path = tmp_path / place / PROGRAM
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert quantiser_program(str(tmp_path)) == path


def test_the_program_itself_can_be_named(tmp_path):
    path = tmp_path / "my-own-quantize"
    path.touch()
    assert quantiser_program(str(path)) == path


@pytest.mark.parametrize("named", [None, ""])
def test_without_a_name_there_is_no_program(named):
    assert quantiser_program(named) is None


def test_a_name_that_leads_nowhere_is_said_and_not_passed_over(tmp_path):
    with pytest.raises(Unavailable) as refused:
        quantiser_program(str(tmp_path))
    assert "LLAMA_CPP" in refused.value.hint


def test_the_pinned_library_is_there():
    assert quantiser_libraries()[-1].is_file()
