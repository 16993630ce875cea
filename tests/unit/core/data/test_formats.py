"""Data files of every format, as people really have them."""

import gzip
import json

import pytest

from core.data.formats import DataFile
from core.errors import InvalidInput, NotFound

ROWS = [{"q": "What is 1 + 1?", "a": "2"}, {"q": 'He said "ja", then\nleft; ä', "a": "007"}]


def parquet_of(rows):
    import io

    import pyarrow
    import pyarrow.parquet

    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), sink)
    return sink.getvalue()


def csv_of(rows, delimiter=",", newline="\n"):
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return (newline.join(quoted) + newline).encode()


LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
FORMS = {
    "list.json": json.dumps(ROWS).encode(),
    "pretty.json": json.dumps(ROWS, indent=2).encode(),
    "object.json": json.dumps({"version": 1, "meta": {"a": [1]}, "data": ROWS}).encode(),
    "lines_in_disguise.json": LINES,
    "lines.jsonl": LINES,
    "windows.ndjson": LINES.replace(b"\n", b"\r\n"),
    "blank_lines.jsonl": b"\n" + LINES + b"\n\n",
    "commas.csv": csv_of(ROWS),
    "excel.csv": b"\xef\xbb\xbf" + csv_of(ROWS, ";", "\r\n"),
    "tabs.tsv": csv_of(ROWS, "\t"),
    "bars.csv": csv_of(ROWS, "|"),
    "utf16.csv": csv_of(ROWS).decode().encode("utf-16"),
    "table.parquet": parquet_of(ROWS),
    "lines.jsonl.gz": gzip.compress(LINES),
    "two_members.jsonl.gz": gzip.compress(LINES[: len(LINES) // 2]) + gzip.compress(LINES[len(LINES) // 2 :]),
    "gzipped_by_content.csv": gzip.compress(csv_of(ROWS)),
}


def written(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "data"), FORMS.items(), ids=FORMS.keys())
def test_every_form_gives_the_same_rows(tmp_path, name, data):
    file = DataFile(written(tmp_path, name, data))
    assert list(file.rows()) == ROWS
    assert file.fraction == 1.0


def test_a_file_says_what_was_found_out_about_it(tmp_path):
    file = DataFile(written(tmp_path, "excel.csv.gz", gzip.compress(FORMS["excel.csv"])))
    file.first(1)
    assert file.notes == ["gzip", "UTF-8 with a byte order mark", "semicolons separate the columns"]


def test_another_encoding_is_read_when_it_is_named(tmp_path):
    path = written(tmp_path, "old.csv", csv_of(ROWS).decode().encode("cp1252"))
    assert list(DataFile(path, "cp1252").rows()) == ROWS


def test_only_what_the_first_rows_need_is_read(tmp_path):
    path = written(tmp_path, "cut.jsonl", LINES * 50_000 + b"{broken")
    file = DataFile(path)
    assert file.first(2) == ROWS
    assert file.fraction < 0.5


def test_questions_of_squad_become_rows(tmp_path):
    answered = {"question": "Who?", "id": "1", "answers": [{"text": "Ada", "answer_start": 3}], "is_impossible": False}
    impossible = {"question": "Why?", "id": "2", "answers": [], "plausible_answers": [], "is_impossible": True}
    article = {"title": "T", "paragraphs": [{"context": "By Ada.", "qas": [answered, impossible]}]}
    path = written(tmp_path, "squad.json", json.dumps({"version": "v2.0", "data": [article]}).encode())
    first, second = DataFile(path).rows()
    assert first == {
        "title": "T",
        "context": "By Ada.",
        "question": "Who?",
        "id": "1",
        "is_impossible": False,
        "answers": {"text": ["Ada"]},
    }
    assert second["answers"] == {"text": []}


@pytest.mark.parametrize("value", [["a", "b"], [{"qas": "text"}], [{"qas": [{"answers": ["x"]}]}], []])
def test_paragraphs_that_are_not_squads_stay_as_they_are(tmp_path, value):
    path = written(tmp_path, "other.json", json.dumps([{"paragraphs": value}]).encode())
    assert list(DataFile(path).rows()) == [{"paragraphs": value}]


def test_a_csv_header_without_a_name_gets_one(tmp_path):
    (row,) = DataFile(written(tmp_path, "pandas.csv", b",q\n0,x\n")).rows()
    assert row == {"column_1": "0", "q": "x"}


BROKEN = {
    "a zip called csv": ("a.csv", b"PK\x03\x04rest", "is a zip archive or an Excel workbook"),
    "a Parquet file called json": ("a.json", FORMS["table.parquet"], "is a Parquet file"),
    "a text called parquet": ("a.parquet", b"PAR1 and no more" * 9, "not readable Parquet"),
    "a truncated gzip": ("a.jsonl.gz", gzip.compress(LINES * 3000)[:-20], r"cut off after line \d+"),
    "a NUL byte": ("a.csv", b"q,a\n1,2\n3,\0\n", "NUL byte in line 3"),
    "another encoding": ("a.csv", "q,a\nja,nein\nschön,ja\n".encode("cp1252"), r"line 3 \(byte 0xF6\).*"),
    "UTF-16 without a mark": ("a.csv", "q,a\nja,nein\n".encode("utf-16-le"), "NUL byte in line 1"),
    "a million columns": ("a.csv", ",".join(map(str, range(1_000_000))).encode(), "1,000 columns, not 1,000,000"),
    "a hundred thousand keys": (
        "a.jsonl",
        json.dumps(dict.fromkeys(map(str, range(10**5)), 1)).encode(),
        "not 100,000",
    ),
    "a thousand columns and one between rows": (
        "a.jsonl",
        "".join(json.dumps({str(n): 1, str(n + 5000): 2}) + "\n" for n in range(501)).encode(),
        "line 501: with it the rows have more than 1,000 columns",
    ),
    "a huge line": ("a.jsonl", LINES + b'{"q":"' + b"x" * 20_000_000 + b'"}\n', "16 MiB at line 3"),
    "a huge cell": ("a.csv", b"q,a\n1,2\n" + b"x" * 20_000_000 + b",3\n", "16 MiB at line 3"),
    "a huge element": ("a.json", b'[{"q":1},\n{"q":"' + b"x" * 20_000_000 + b'"}]', "16 MiB at line 2"),
    "a bomb of brackets": ("a.json", b"[" * 5_000_000, "nested too deeply"),
    "a bomb in a row": ("a.jsonl", b'{"a":1}\n' + b'{"a":' * 1_000_000 + b"\n", "line 2: its values are nested"),
    "deep but not a bomb": ("a.json", b'[{"a":' + b"[" * 100 + b"]" * 100 + b"}]", "nested more than 32 deep"),
    "a bomb of zeros in gzip": ("a.csv.gz", gzip.compress(b"q,a\n" + b" " * 10**8), "16 MiB at line 2"),
    "a line that is no JSON": ("a.jsonl", b'{"q":1}\n{"q":2\n', "line 2: Expecting ',' delimiter at column"),
    "an element that is no JSON": ("a.json", b'[{"q":1},\n{"q":oops}]', "line 2: Expecting value"),
    "a cut document": ("a.json", b'[{"q":1},\n{"q":2},\n{"q":', "line 3: the file ends in mid-value"),
    "a document that goes on": ("a.json", b'[{"q":1}]\n[]', "line 2: text follows the end of the list"),
    "half a character": ("a.jsonl", b'{"q":1}\n{"q":["\\ud83d\\ude00", "\\ud83d"]}', r"line 2: half .* \(.ud83d\)"),
    "half a character in a document": ("a.json", b'[{"q":1},\n{"q":"\\udc00\\ud800"}]', r"line 2: half .* \(.udc00\)"),
    "half a character as a name": ("a.jsonl", b'{"\\ud800":1}\n', r"line 1: half a character"),
    "NaN": ("a.jsonl", b'{"q":NaN}', "line 1: NaN is no JSON value"),
    "a number without end": ("a.jsonl", b'{"q":' + b"9" * 5000 + b"}", "too many digits"),
    "a scalar": ("a.json", b"42", "a data file is a list or an object"),
    "nothing": ("a.json", b"", "the file is empty"),
    "an empty table": ("a.csv", b"", "no column headers"),
    "a list of numbers": ("a.json", b"[1, 2]", r"element 1 \(line 1\): a row is an object, not int"),
    "an object without rows": ("a.json", b'{"a": 1, "b": {"data": []}}', "holds no list under one of data"),
    "a short row": ("a.csv", b"q,a\n1,2\n3\n", "line 3: it has 1 values where the header names 2"),
    "a long row": ("a.csv", b"q,a\n1,2,3\n", "line 2: it has 3 values"),
    "an open quote": ("a.csv", b'q,a\n1,2\n"x,3\n4,5\n', "line 3: a quotation mark is opened and never closed"),
    "a column twice": ("a.csv", b"q,q\n1,2\n", "two columns are called 'q'"),
}


@pytest.mark.parametrize(("name", "data", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_or_hostile_file_is_refused_with_place_and_cause(tmp_path, name, data, message):
    with pytest.raises(InvalidInput, match=message) as refusal:
        list(DataFile(written(tmp_path, name, data)).rows())
    assert refusal.value.hint
    assert "dataset.source" in refusal.value.fields


def test_half_a_character_is_refused_in_any_encoding(tmp_path):
    with pytest.raises(InvalidInput, match="half a character in line 2"):
        list(DataFile(written(tmp_path, "a.csv", b"q,a\n1,\\ud800\n"), "unicode_escape").rows())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("q,a\nschön und gut,ja\n", "cp1252"), ("вопрос,ответ\nсколько будет два и два,четыре\n" * 9, "cp1251")],
)
def test_an_encoding_that_is_not_utf8_is_named(tmp_path, text, encoding):
    with pytest.raises(InvalidInput) as refusal:
        list(DataFile(written(tmp_path, "a.csv", text.encode(encoding))).rows())
    assert f"looks like {encoding}" in refusal.value.hint


def test_a_name_of_no_format_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"is none of \.json"):
        DataFile(tmp_path / "data.xlsx")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"no data file none\.csv"):
        DataFile(tmp_path / "none.csv")
