"""Which files of a repository are which subset and split, without a network."""

import pytest

from core.data.formats import SUFFIXES
from core.data.hub_layout import FORMATS, Repository, default_subset, files_of, subsets
from core.errors import InvalidInput

TWO = {
    "configs": [
        {
            "config_name": "one",
            "data_files": [{"split": "train", "path": "one/train-*"}, {"split": "x", "path": "x.csv"}],
        },
        {"config_name": "two", "data_files": ["two/**", "more/*.csv"]},
    ]
}


def test_the_layout_knows_every_format_that_can_be_read():
    assert set(FORMATS) == set(SUFFIXES)


def repository(*files, card=None, source="some/set"):
    return Repository(source, "c0ffee", dict.fromkeys(files, 10), card or {})


LAYOUTS = [
    (["a.csv", "b.csv"], {"train": ("a.csv", "b.csv")}),
    (["train.csv", "my-test_1.csv", "latest.csv"], {"train": ("train.csv",), "test": ("my-test_1.csv",)}),
    (["dev/a.json", "val/b.json"], {"validation": ("dev/a.json", "val/b.json")}),
    (["data/cot-00000-of-00001.parquet", "tests/x.csv"], {"cot": ("data/cot-00000-of-00001.parquet",)}),
    (["a.jsonl.gz", "b.ndjson"], {"train": ("a.jsonl.gz", "b.ndjson")}),
    (["train.parquet", "train.csv"], {"train": ("train.parquet",)}),
    (["a.csv", "b.csv", "c.parquet"], {"train": ("a.csv", "b.csv")}),
    (["a.csv", ".git/b.csv", "__x__/c.csv", "dataset_infos.json", "README.md"], {"train": ("a.csv",)}),
]


@pytest.mark.parametrize(
    ("files", "splits"),
    LAYOUTS,
    ids=["flat", "names", "folders", "shards", "same format", "two formats", "most files", "noise"],
)
def test_names_of_files_and_folders_make_the_splits(files, splits):
    assert subsets(repository(*files)) == {"default": splits}


def test_the_card_makes_the_subsets():
    made = repository("one/train-1.csv", "one/test-1.csv", "x.csv", "two/a/b.csv", "more/c.csv", "z.csv", card=TWO)
    assert subsets(made) == {
        "one": {"train": ("one/train-1.csv",), "x": ("x.csv",)},
        "two": {"train": ("two/a/b.csv", "more/c.csv")},
    }


MARKED = {"configs": [{"config_name": "a", "data_dir": "a"}, {"config_name": "b", "data_dir": "b", "default": True}]}


@pytest.mark.parametrize(
    ("card", "source", "meant"),
    [
        (TWO, "some/set", None),
        (MARKED, "some/set", "b"),
        ({"dataset_info": {"config_name": "plain"}}, "some/set", "plain"),
        ({"configs": "nonsense", "dataset_info": 3}, "some/set", "default"),
        ({"configs": [{"config_name": n, "data_dir": n} for n in ("main", "socratic")]}, "openai/gsm8k", "main"),
    ],
    ids=["must be named", "marked", "the only one", "a card out of shape", "curated"],
)
def test_a_subset_is_meant_when_none_is_named(card, source, meant):
    made = repository("a/x.csv", "b/y.csv", "one/train-1.csv", "main/z.csv", card=card, source=source)
    assert default_subset(made, subsets(made)) == meant


@pytest.mark.parametrize(
    ("files", "subset", "split", "field", "message"),
    [
        (["a.csv"], "x", "train", "dataset.subset", "no subset 'x'; there are: default"),
        (["a.csv"], None, "test", "dataset.split", "no split 'test'; there are: train"),
        (["set.py", "a.csv"], None, "train", "dataset.source", "program of its own"),
        (["a.zip", "b.txt"], None, "train", "dataset.source", "only .txt, .zip"),
        ([], None, "train", "dataset.source", "no data file that can be read here."),
    ],
    ids=["subset", "split", "script", "formats", "nothing"],
)
def test_what_is_not_there_is_refused_with_what_is(files, subset, split, field, message):
    with pytest.raises(InvalidInput) as refusal:
        files_of(repository(*files), subset, split)
    assert message in refusal.value.message
    assert list(refusal.value.fields) == [field]


def test_a_subset_without_files_lists_no_split():
    card = {"configs": [{"config_name": "gone", "data_files": "gone/*"}]}
    with pytest.raises(InvalidInput, match="no split 'train'"):
        files_of(repository("a.csv", card=card), None, "train")
