"""The declarations of payloads."""

import re

from cli.declarations import declarations, main
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "static" / "js" / "page.d.ts"
FILE = REPOSITORY / "static" / "js" / "types.d.ts"


def test_the_file_is_current():
    assert FILE.read_text(encoding="utf-8") == declarations()


def test_the_command_writes_it(tmp_path):
    main(["--write", str(tmp_path / "types.d.ts")])
    assert (tmp_path / "types.d.ts").read_text(encoding="utf-8") == declarations()


def test_keys_that_may_be_missing_are_marked():
    assert "  steps?: number[];" in declarations()
    assert "  at_step: number | null;" in declarations()


def test_each_shape_is_declared_once():
    texts = (declarations(), PAGE.read_text(encoding="utf-8"))
    written, by_hand = (re.findall(r"^(?:interface|type) (\w+)", text, re.MULTILINE) for text in texts)
    assert set(written) & set(by_hand) == set()
