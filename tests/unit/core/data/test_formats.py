"""Data files: the four formats, and a named error for each way to be broken."""

import json

import pyarrow
import pyarrow.parquet
import pytest

from core.data.formats import read_rows
from core.errors import InvalidInput

ROWS = [{"instruction": "What is 2+2?", "response": "4"}, {"instruction": "Häuser?", "response": "houses, many"}]


def written(tmp_path, name):
    path = tmp_path / name
    if name.endswith(".parquet"):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
        return path
    text = {
        "list.json": json.dumps(ROWS),
        "object.json": json.dumps({"data": ROWS}),
        "rows.jsonl": "\n\n".join(map(json.dumps, ROWS)),
        "rows.csv": 'instruction,response\nWhat is 2+2?,4\nHäuser?,"houses, many"\n',
        "bom.csv": '\ufeffinstruction,response\nWhat is 2+2?,4\nHäuser?,"houses, many"\n',
    }[name]
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["list.json", "object.json", "rows.jsonl", "rows.csv", "bom.csv", "rows.parquet"])
def test_every_documented_format_gives_the_same_rows(tmp_path, name):
    assert list(read_rows(written(tmp_path, name))) == ROWS


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"{", "line 1"),
        ("a.json", b'"text"', "neither a list"),
        ("a.json", b"[1]", "element 1"),
        ("a.jsonl", b'{"a": 1}\n{oops}\n', "line 2"),
        ("a.jsonl", b'{"a": 1}\n[1]\n', "line 2"),
        ("a.jsonl", b'{"a": "\xff"}', "not UTF-8"),
        ("a.csv", b'a,b\n"open,1\n', "not valid CSV"),
        ("a.parquet", b"PK not parquet", "not a readable Parquet"),
        ("a.xlsx", b"", "none of"),
    ],
)
def test_a_broken_file_is_named_with_the_place(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=says):
        list(read_rows(path))


def test_a_missing_file_is_an_error_of_the_source_field(tmp_path):
    with pytest.raises(InvalidInput) as refusal:
        list(read_rows(tmp_path / "none.csv"))
    assert "dataset.source" in refusal.value.fields
