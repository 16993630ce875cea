"""The declarations of payloads."""

from cli.declarations import declarations, main
from tests.conftest import REPOSITORY

FILE = REPOSITORY / "static" / "js" / "payloads.d.ts"


def test_the_file_is_current():
    assert FILE.read_text(encoding="utf-8") == declarations()


def test_the_command_writes_it(tmp_path):
    main(["--write", str(tmp_path / "payloads.d.ts")])
    assert (tmp_path / "payloads.d.ts").read_text(encoding="utf-8") == declarations()


def test_keys_that_may_be_missing_are_marked():
    assert "  warm_up_kept?: boolean;" in declarations()
    assert "  from_step: number;" in declarations()
