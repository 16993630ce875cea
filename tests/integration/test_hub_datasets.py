"""Hugging Face data sets through the real libraries, each call in a child process, against a stand-in on loopback."""

import gzip
import json
import os
import subprocess
import sys
from itertools import pairwise

import pyarrow
import pyarrow.parquet
import pytest

from tests.conftest import REPOSITORY
from tests.support.hub import HubStandIn

CHILD = """
import json, sys
from itertools import islice
from pathlib import Path
from core.data import hub
from core.errors import LoraCraftError

def answer(what, source, subset, split, count, cache):
    told = []
    arguments = [source, subset, split]
    try:
        if what == "rows":
            rows = hub.hub_rows(*arguments, Path(cache), lambda *news: told.append(news))
            return {"value": list(islice(rows, count)), "told": told}
        if what == "preview":
            return {"value": hub.preview_rows(*arguments, count, Path(cache))}
        return {"value": vars(hub.describe(*arguments, Path(cache)))}
    except LoraCraftError as error:
        return {"error": error.as_dict()}

print(json.dumps([answer(**call) for call in json.loads(sys.argv[1])]))
"""
FOREIGN = """
import json, sys, datasets
from core.data.hub_access import ask
from core.data.hub_layout import default_subset, subsets

datasets.config.USE_PARQUET_EXPORT = False
def of_library(source, subset):
    files = datasets.load_dataset_builder(source, subset, cache_dir=sys.argv[1]).config.data_files
    in_repository = lambda url: url.rpartition("@")[2].partition("/")[2]
    return {str(split): [in_repository(url) for url in urls] for split, urls in files.items()}

answer = {}
for source in sys.argv[2:]:
    repository = ask(source)
    for name, splits in subsets(repository).items():
        ours = {split: list(paths) for split, paths in splits.items()}
        answer[f"{source} {name}"] = [ours, of_library(source, name)]
    if default_subset(repository, subsets(repository)):
        default = subsets(repository)[default_subset(repository, subsets(repository))]
        ours = {split: list(paths) for split, paths in default.items()}
        answer[f"{source} default"] = [ours, of_library(source, None)]
print(json.dumps(answer))
"""
NESTED = [{"question": f"Où est {i} 北京?", "answers": {"text": [str(i)], "answer_start": [i]}} for i in range(30)]
CARD = """---
license: mit
dataset_info:
  config_name: main
  features:
  - name: question
    dtype: string
  - name: answers
    sequence: string
  splits:
  - name: train
    num_examples: 30
configs:
- config_name: main
  data_files:
  - split: train
    path: main/train-*
  - split: test
    path: main/test-*
- config_name: socratic
  data_files: socratic/*.jsonl
---
# A card
"""


def write(folder, files):
    """A repository of text and Parquet files: name -> text, or rows."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".parquet"):
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(content), path)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content), encoding="utf-8")
    return folder


def environment(endpoint, tmp_path, **more):
    settings = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}
    return {**os.environ, **settings, "HF_HUB_DISABLE_TELEMETRY": "1", "PYTHONIOENCODING": "utf-8", **more}


def child(code, arguments, env):
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    root = tmp_path_factory.mktemp("repositories")
    shards = {f"main/train-0000{i}-of-00003.parquet": NESTED[10 * i : 10 * i + 10] for i in range(3)}
    rows = [{"instruction": f"Ask {i} ✓", "output": "é" * 40} for i in range(50)]
    return {
        "some/gsm": write(
            root / "gsm",
            {"README.md": CARD, "main/test-0.parquet": NESTED[:2], "socratic/a.jsonl": rows[:5], **shards},
        ),
        "some/lines": write(root / "lines", {"lines.jsonl": rows}),
        "some/secret": write(root / "secret", {"train.jsonl": rows}),
        "some/script": write(root / "script", {"script.py": "print('never')", "data.jsonl": rows}),
        "some/pictures": write(root / "pictures", {"README.md": "# Pictures", "a.png": "png"}),
        "some/empty": write(root / "empty", {"train.jsonl": ""}),
    }


@pytest.fixture
def hub(repositories):
    with HubStandIn({}, gated=("some/secret",), datasets=repositories) as stand_in:
        yield stand_in


def call_of(tmp_path, what, source, subset=None, split="train", count=1000):
    """One call of a function of core.data.hub, as CHILD reads it."""
    settings = {"what": what, "source": source, "subset": subset, "split": split, "count": count}
    return {**settings, "cache": str(tmp_path / "cache")}


@pytest.fixture
def ask(hub, tmp_path):
    """Call one function of core.data.hub in a child process."""

    def ask_hub(*what, count=1000, endpoint=None, **more):
        call = call_of(tmp_path, *what, count=count)
        return child(CHILD, [json.dumps([call])], environment(endpoint or hub.url, tmp_path, **more))[0]

    return ask_hub


def test_a_download_gives_all_rows_with_nested_columns_and_tells_its_progress(ask, hub):
    answer = ask("rows", "some/gsm", "main")
    assert answer["value"] == NESTED
    fractions = [fraction for fraction, _ in answer["told"]]
    assert all(early <= late for early, late in pairwise(fractions))
    assert fractions[-1] == 1.0
    assert answer["told"][-1][1].endswith(" MB")
    assert not any("test-" in path or "socratic" in path for path in hub.asked)


def test_what_was_downloaded_is_read_offline_without_a_request(ask, hub):
    ask("rows", "some/lines")
    assert ask("describe", "some/lines")["value"]["cached"] is True
    asked = len(hub.asked)
    for what in ("rows", "preview"):
        assert len(ask(what, "some/lines", HF_HUB_OFFLINE="1")["value"]) == 50
    assert len(hub.asked) == asked


def test_a_hub_that_is_gone_leaves_what_was_downloaded_and_says_so(ask):
    ask("rows", "some/lines")
    answer = ask("rows", "some/lines", endpoint="http://127.0.0.1:9")
    assert len(answer["value"]) == 50
    assert "copy in the cache is used" in answer["told"][0][1]


def test_a_reader_that_stops_early_downloads_only_the_files_it_came_to(ask, hub):
    assert ask("rows", "some/gsm", "main", count=10)["value"] == NESTED[:10]
    assert any("train-00000" in path for path in hub.asked)
    assert not any("train-00001" in path for path in hub.asked)


def test_a_new_commit_is_downloaded(ask, hub, repositories, tmp_path):
    ask("rows", "some/lines")
    hub.commit = "f" * 40
    hub.datasets = {"some/lines": write(tmp_path / "newer", {"lines.jsonl": NESTED[:3]})}
    assert ask("rows", "some/lines")["value"] == NESTED[:3]


def test_a_preview_goes_on_in_the_next_file(ask):
    assert ask("preview", "some/gsm", "main", count=15)["value"] == NESTED[:15]


def test_a_preview_of_a_zipped_file_unzips_its_start(ask, hub, tmp_path):
    rows = [{"question": os.urandom(300).hex()} for _ in range(3000)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "zipped").mkdir()
    (tmp_path / "zipped" / "train.jsonl.gz").write_bytes(gzip.compress(text.encode("utf-8"), 1))
    hub.datasets = {"some/zipped": tmp_path / "zipped"}
    assert ask("preview", "some/zipped", count=5)["value"] == rows[:5]
    assert hub.bytes_sent < 300_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Files of over 50 MB: Parquet in one single row group, JSON lines, and a JSON list that is one line."""
    root = tmp_path_factory.mktemp("large")
    texts = [os.urandom(300).hex() for _ in range(45_000)]
    table = pyarrow.table({"question": texts, "answer": texts[::-1]})
    for name in ("parquet", "lines", "list"):
        (root / name).mkdir()
    pyarrow.parquet.write_table(table, root / "parquet" / "train.parquet", row_group_size=45_000, compression="none")
    rows = [json.dumps({"question": text, "answer": text}) for text in texts]
    (root / "lines" / "train.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (root / "list" / "train.json").write_text(f"[{', '.join(rows)}]", encoding="utf-8")
    return {name: root / name for name in ("parquet", "lines", "list")}


@pytest.mark.parametrize(
    ("name", "file"), [("parquet", "train.parquet"), ("lines", "train.jsonl"), ("list", "train.json")]
)
def test_a_preview_of_fifty_megabytes_transfers_less_than_five(ask, hub, large, name, file):
    assert (large[name] / file).stat().st_size > 50e6
    hub.datasets = {"some/large": large[name]}
    rows = ask("preview", "some/large", count=5)["value"]
    assert [len(row["question"]) for row in rows] == [600] * 5
    assert hub.bytes_sent < 5e6


def test_a_description_tells_what_there_is(ask):
    assert ask("describe", "some/gsm", "main")["value"] == {
        "source": "some/gsm",
        "subset": "main",
        "split": "train",
        "subsets": ["main", "socratic"],
        "splits": ["train", "test"],
        "rows": 30,
        "size_bytes": pytest.approx(6000, rel=0.9),
        "licence": "mit",
        "gated": False,
        "columns": ["question", "answers"],
        "cached": False,
    }


def test_a_description_of_a_bare_repository_leaves_open_what_is_not_known(ask):
    value = ask("describe", "some/lines", None, "nonsense")["value"]
    assert (value["subsets"], value["splits"], value["split"]) == (["default"], ["train"], None)
    assert (value["rows"], value["licence"], value["columns"]) == (None, "", [])


def test_a_gated_data_set_is_described_all_the_same(ask):
    assert ask("describe", "some/secret")["value"]["gated"] is True


REFUSALS = [
    ("some/secret", None, "train", "conflict", "dataset.source", "is gated", "HF_TOKEN"),
    ("some/else", None, "train", "not_found", "dataset.source", "has no data set 'some/else'", "spelling"),
    ("gsm8k", None, "train", "invalid_input", "dataset.source", "not a Hugging Face id", "owner/name"),
    ("some/script", None, "train", "invalid_input", "dataset.source", "(script.py), which is never run", "Parquet"),
    ("some/pictures", None, "train", "invalid_input", "dataset.source", "only .png", "Parquet"),
    ("some/empty", None, "train", "invalid_input", "dataset.split", "has no rows", "another"),
    ("some/gsm", None, "train", "invalid_input", "dataset.subset", "several subsets; there are: main, socratic", "one"),
    ("some/gsm", "mian", "train", "invalid_input", "dataset.subset", "no subset 'mian'; there are: main, socr", "one"),
    ("some/gsm", "main", "dev", "invalid_input", "dataset.split", "no split 'dev'; there are: train, test", "one of"),
]


@pytest.fixture(scope="module")
def refusals(repositories, tmp_path_factory):
    """(what, source, subset, split) -> the error, all of one child process."""
    asked = [("preview", *case[:3]) for case in REFUSALS]
    asked += [("rows", source, None, "train") for source in ("some/secret", "some/empty")]
    folder = tmp_path_factory.mktemp("refusals")
    calls = json.dumps([call_of(folder, *what) for what in asked])
    with HubStandIn({}, gated=("some/secret",), datasets=repositories) as hub:
        answers = child(CHILD, [calls], environment(hub.url, folder))
    return {what: answer["error"] for what, answer in zip(asked, answers, strict=True)}


@pytest.mark.parametrize(
    ("source", "subset", "split", "code", "field", "message", "hint"),
    REFUSALS,
    ids=["gated", "missing", "malformed", "script", "no data", "empty", "which subset", "no subset", "no split"],
)
def test_what_cannot_be_read_is_refused_with_a_reason(refusals, source, subset, split, code, field, message, hint):
    error = refusals["preview", source, subset, split]
    assert error["code"] == code
    assert message in error["message"]
    assert hint in error["hint"]
    assert list(error["fields"]) == [field]


@pytest.mark.parametrize(("source", "message"), [("some/secret", "is gated"), ("some/empty", "has no rows")])
def test_a_download_is_refused_as_a_preview_is(refusals, source, message):
    assert message in refusals["rows", source, None, "train"]["message"]


@pytest.mark.parametrize(
    ("trouble", "why"),
    [({"HF_HUB_OFFLINE": "1"}, "runs offline"), ({"endpoint": "http://127.0.0.1:9"}, "ConnectError")],
    ids=["offline", "unreachable"],
)
def test_what_is_not_in_the_cache_is_unavailable_without_the_hub(ask, trouble, why):
    error = ask("rows", "some/lines", **trouble)["error"]
    assert error["code"] == "unavailable"
    assert why in error["message"]
    assert "network" in error["hint"]


def test_a_hub_that_does_not_answer_is_unavailable_in_time(ask, hub):
    hub.is_slow = True
    error = ask("preview", "some/lines", count=3)["error"]
    assert error["code"] == "unavailable"
    assert "in time" in error["message"]
    assert len(hub.asked) == 1


LAYOUTS = {
    "l/flat": ["data.csv"],
    "l/words": ["train.jsonl", "my-test.jsonl", "dev_2.jsonl", "latest.jsonl"],
    "l/folders": ["training/a.parquet", "eval-1/b.parquet", "other/c.parquet"],
    "l/shards": [
        "data/cot-00000-of-00002.parquet",
        "data/cot-00001-of-00002.parquet",
        "data/test-00000-of-00001-ab.parquet",
    ],
    "l/two_formats": ["train.csv", "train.parquet", "test.csv", "test.parquet"],
    "l/noise": ["train.json", "config.json", ".hidden/train.json", "notes.txt", "__pycache__/train.json"],
    "l/configs": [
        "README.md",
        "en/train-1.jsonl",
        "en/train-2.jsonl",
        "en/test.jsonl",
        "de/all.jsonl",
        "de/sub/x.jsonl",
    ],
    "l/folder_configs": ["README.md", "one/train.csv", "one/test.csv", "two/all.csv"],
}
CARDS = {
    "l/configs": """---
configs:
- config_name: en
  default: true
  data_files:
  - {split: train, path: ["en/train-*"]}
  - {split: test, path: en/test.jsonl}
- config_name: de
  data_files: "de/**"
---
""",
    "l/folder_configs": """---
configs:
- {config_name: one, data_dir: one}
- {config_name: two, data_dir: two}
---
""",
}


def test_a_repository_is_laid_out_as_the_datasets_library_has_it(tmp_path):
    folders = {}
    for source, files in LAYOUTS.items():
        contents = {name: [{"a": 1}] for name in files}
        if source in CARDS:
            contents["README.md"] = CARDS[source]
        folders[source] = write(tmp_path / source, contents)
    with HubStandIn({}, datasets=folders) as hub:
        answers = child(FOREIGN, [str(tmp_path / "cache"), *folders], environment(hub.url, tmp_path))
    assert {name: ours for name, (ours, _) in answers.items()} == {
        name: theirs for name, (_, theirs) in answers.items()
    }
    assert len(answers) == 11
