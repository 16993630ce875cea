"""Files of prompts as people have them: lines, tables, JSON lines; and what is said of those that can't be read."""

import gzip
import json

import pytest

from constants import MAX_PROMPTS
from core.data.section import DatasetConfig
from core.errors import InvalidInput
from core.evaluations.prompt_files import read_prompts

BOTH = [("one", "1"), ("two; three", None)]
FORMS = {
    "commas.csv": b'prompt,expected\none,1\n"two; three",\n',
    "excel.csv": b'\xef\xbb\xbfprompt;expected\r\none;1\r\n"two; three";\r\n',
    "tabs.tsv": b"question\tanswer\none\t1\ntwo; three\t\n",
    "bars.csv": b"id|Instruction|Expected answer\n1|one|1\n2|two; three|\n",
    "objects.jsonl": b'{"question": "one", "answer": "1"}\n\n{"question": "two; three"}\n',
    "nested.jsonl": b'{"data": {"prompt": "one", "reference": 1}}\n{"data": {"prompt": "two; three"}}\n',
    "mixed.jsonl": b'{"query": "one", "target": "1"}\n"two; three"\n',
    "list.json": json.dumps([{"prompt": "one", "reference": "1"}, {"prompt": "two; three"}]).encode(),
    "utf16.csv": 'prompt,expected\none,1\n"two; three",\n'.encode("utf-16"),
    "packed.csv.gz": gzip.compress(b'prompt,expected\none,1\n"two; three",\n'),
}


def read(folder, name, data, encoding=None):
    path = folder / name
    path.write_bytes(data)
    return read_prompts(path, encoding)


def pairs(found):
    return [(one["prompt"], one["reference"]) for one in found.prompts]


@pytest.mark.parametrize(("name", "data"), FORMS.items(), ids=FORMS.keys())
def test_every_form_gives_the_same_prompts(tmp_path, name, data):
    assert pairs(read(tmp_path, name, data)) == BOTH


def test_a_text_file_is_a_prompt_a_line_without_the_blank_ones(tmp_path):
    assert pairs(read(tmp_path, "p.txt", b"\r\n one \r\n\n\ntwo")) == [("one", None), ("two", None)]


def test_json_lines_may_be_texts_alone(tmp_path):
    assert pairs(read(tmp_path, "p.jsonl", b'"one"\n"two"\n')) == [("one", None), ("two", None)]


def test_the_final_answer_is_the_reference_as_in_training(tmp_path):
    data = json.dumps({"question": "one", "answer": "1 + 2 = 3\n#### 3"}).encode()
    assert pairs(read(tmp_path, "gsm.jsonl", data)) == [("one", "3")]


def test_a_column_that_is_called_nothing_known_is_no_reference(tmp_path):
    assert pairs(read(tmp_path, "p.csv", b"prompt,remark\none,nice\n")) == [("one", None)]


ALPACA = b'{"instruction": "Add them.", "input": "1 and 2", "output": "3"}\n{"instruction": "Say a.", "output": "a"}\n'
CHOICE = b'{"question": "Which?", "choices": ["red", "blue"], "answer": "A"}\n'


@pytest.mark.parametrize(
    ("data", "expected", "context"),
    [
        (ALPACA, [("Add them.\n\n1 and 2", "3"), ("Say a.", "a")], "'instruction' followed by 'input'"),
        (CHOICE, [("Which?\n\nA) red\nB) blue", "A")], "'question' followed by 'choices'"),
        (b'{"question": "q", "context": "c", "answer": "a"}\n', [("q\n\nc", "a")], "'question' followed by 'context'"),
        (b'{"question": "q", "context": "c"}\n', [("q\n\nc", None)], "'question' followed by 'context'"),
    ],
    ids=["Alpaca", "choices", "context", "context without answers"],
)
def test_a_context_follows_the_prompt_as_in_training(tmp_path, data, expected, context):
    found = read(tmp_path, "p.jsonl", data)
    assert pairs(found) == expected
    assert context in found.notes[0] and len(found.notes) == 1


def test_columns_that_are_not_used_are_told(tmp_path):
    assert read(tmp_path, "p.csv", b"id,prompt,topic,answer\n1,one,x,2\n").notes == [
        "Columns that are not used: id, topic."
    ]
    assert read(tmp_path, "p.csv", b"prompt,answer\none,2\n").notes == []


def test_the_columns_that_the_run_was_trained_on_are_used_where_the_file_has_them_all(tmp_path):
    columns = {"instruction_field": "prompt", "response_field": "gold", "context_field": "hint", "final_answer": "none"}
    path = tmp_path / "p.jsonl"
    path.write_text('{"question": "no", "prompt": "one", "hint": "h", "gold": "#### 1"}\n', encoding="utf-8")
    found = read_prompts(path, data=DatasetConfig(**columns))
    assert pairs(found) == [("one\n\nh", "#### 1")]
    others = read_prompts(path, data=DatasetConfig(**columns | {"response_field": "elsewhere"}))
    assert pairs(others) == [("no", "1")]


def test_a_chat_is_asked_its_first_question_and_what_else_it_holds_is_told(tmp_path):
    turns = [("system", "s"), ("user", "q"), ("assistant", "a"), ("user", "q2"), ("assistant", "a2")]
    chats = [turns, turns[1:3], turns[1:2]]
    lines = [json.dumps({"messages": [{"role": role, "content": text} for role, text in chat]}) for chat in chats]
    found = read(tmp_path, "p.jsonl", "\n".join(lines).encode())
    assert pairs(found) == [("q", "a"), ("q", "a"), ("q", None)]
    [note] = found.notes
    assert "a system message in 1 row, further turns in 1 row" in note


def test_a_message_in_parts_is_its_text(tmp_path):
    chat = b'{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}]}\n'
    assert pairs(read(tmp_path, "p.jsonl", chat)) == [("a", None)]


def test_a_conversation_without_a_reply_has_its_answer_in_another_column(tmp_path):
    row = b'{"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}], "answer": "3"}\n'
    assert pairs(read(tmp_path, "p.jsonl", row)) == [("s\n\nq", "3")]


def test_rows_without_a_prompt_are_counted(tmp_path):
    found = read(tmp_path, "p.csv", b"prompt,answer\none,1\n,2\n")
    assert (pairs(found), found.left_out) == ([("one", "1")], 1)


def test_another_encoding_is_read_when_it_is_named(tmp_path):
    assert pairs(read(tmp_path, "p.txt", "Grüße".encode("cp1252"), "cp1252")) == [("Grüße", None)]


def test_columns_are_read_where_a_row_has_them(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(
        '{"prompt": "one", "meta": {"tests": "assert f()"}}\n{"prompt": "two"}\n"three"\n', encoding="utf-8"
    )
    found = read_prompts(path, columns={"tests": "meta.tests"})
    assert [one["extras"] for one in found.prompts] == [{"tests": "assert f()"}, {}, {}]


REFUSALS = {
    "no header": ("p.csv", b"What is 2?\nWhat is 3?\n", "no column of prompts", ".txt file"),
    "other columns": ("p.csv", b"id,foo\n1,2\n", "only: id, foo", "Name the columns"),
    "half a character": ("p.jsonl", b'"a"\n"\\ud800 x"\n', "line 2: half a character", "one JSON value a line"),
    "broken JSON": ("p.jsonl", b'{"prompt": "a"}\n{"prompt"\n', "p.jsonl, line 2", "one JSON value a line"),
    "a number": ("p.jsonl", b"3\n", "line 1: a row is an object, not int", ""),
    "texts, then objects": ("p.jsonl", b'"a"\n' * 60 + b'{"prompt": "b"}\n', "begins with texts", "one form"),
    "objects as prompts": ("p.jsonl", b'{"prompt": {"a": {"b": 1}}}\n', "no column of prompts", "Name the columns"),
    "an open quote": ("p.csv", b'prompt,answer\n"one,1\n', "never closed", "quotes"),
    "another encoding": ("p.txt", "Schöne Grüße".encode("cp1252"), "not utf-8 in line 1", '"encoding" in the options'),
    "a workbook": ("p.xlsx", b"PK\x03\x04", "p.xlsx is none of .txt", ".csv"),
    "a workbook in disguise": ("p.csv", b"PK\x03\x04", "a zip archive or an Excel workbook", "Convert"),
    "blank lines only": ("p.txt", b"\n \n", "holds no prompts", "one prompt a line"),
    "nothing at all": ("p.txt", b"", "holds no prompts", ""),
    "too many": ("p.txt", b"x\n" * (MAX_PROMPTS + 1), "more than 10,000 prompts", "Split it"),
}


@pytest.mark.parametrize(("name", "data", "message", "hint"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_file_that_can_not_be_read_says_where_and_what_to_do(tmp_path, name, data, message, hint):
    with pytest.raises(InvalidInput) as refused:
        read(tmp_path, name, data)
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert set(refused.value.fields) == {"file"}


def test_a_small_archive_of_much_text_is_refused(tmp_path):
    data = gzip.compress(b"".join(b"x" * 1_000_000 + b"\n" for _ in range(22)))
    with pytest.raises(InvalidInput, match="more than 20 million characters"):
        read(tmp_path, "bomb.txt.gz", data)
