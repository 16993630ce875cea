"""The constants that the page reads."""

from cli.facts import facts, main
from tests.conftest import REPOSITORY

FILE = REPOSITORY / "static" / "js" / "facts.js"


def test_the_file_is_current():
    assert FILE.read_text(encoding="utf-8") == facts()


def test_the_command_writes_it(tmp_path):
    main(["--write", str(tmp_path / "facts.js")])
    assert (tmp_path / "facts.js").read_text(encoding="utf-8") == facts()
