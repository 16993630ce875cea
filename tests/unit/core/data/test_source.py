"""From a dataset section to the rows of a run."""

import json

import pytest

from core.config import parse_config
from core.data.mapping import map_rows
from core.data.source import first_usable, kind_of
from core.errors import InvalidInput, NotFound
from core.runs.split import check_source, load_split


def config(**sections):
    return parse_config({"pre_training": {"enabled": True, "max_samples": 30}, **sections})


def questions(rows):
    return {row.instruction for row in rows}


def test_no_question_stands_in_two_parts_of_the_split(workspace):
    split = load_split(config(), workspace)
    parts = [questions(split.warm_up), questions(split.train), questions(split.held_out)]
    assert all(parts)
    assert len(set.union(*parts)) == sum(map(len, parts))


def test_the_same_seed_gives_the_same_split_and_another_seed_another(workspace):
    first = load_split(config(training={"seed": 1}), workspace)
    assert load_split(config(training={"seed": 1}), workspace) == first
    assert load_split(config(training={"seed": 2}), workspace).held_out != first.held_out


def test_the_held_out_part_is_a_share_with_a_ceiling(workspace):
    dataset = {"source": "arithmetic", "validation_fraction": 0.5, "validation_samples": 40, "max_samples": 200}
    assert len(load_split(config(dataset=dataset), workspace).held_out) == 40
    assert load_split(config(dataset={**dataset, "validation_fraction": 0}), workspace).held_out == []


def test_a_run_without_enough_rows_for_one_step_is_refused(workspace):
    with pytest.raises(InvalidInput, match="one step takes 8 prompts"):
        load_split(config(dataset={"max_samples": 5}, training={"batch_size": 64}), workspace)


def test_an_upload_is_mapped_by_its_columns(workspace):
    rows = [{"q": f"Q{i}", "a": {"text": ["first", "second"]}} for i in range(50)]
    (workspace.uploads / "d.json").write_text(json.dumps(rows), encoding="utf-8")
    dataset = {"source": "uploads/d.json", "instruction_field": "q", "response_field": "a.text"}
    split = load_split(config(dataset=dataset), workspace)
    assert split.train[0].reference == "first"


def test_a_final_answer_is_split_from_its_reasoning():
    mapped = map_rows([{"instruction": "q", "response": "9 x 8 = 72\n#### 72"}], config().dataset, {})
    assert (mapped.rows[0].reference, mapped.rows[0].reasoning) == ("72", "9 x 8 = 72")


def test_empty_and_repeated_rows_are_counted():
    rows = [{"instruction": i, "response": r} for i, r in [("a", "1"), ("a", "2"), ("b", ""), ("", "3"), ("c", None)]]
    mapped = map_rows(rows, config().dataset, {})
    assert len(mapped.rows) == 1
    assert mapped.left_out == {"repeated question": 1, "empty question or answer": 3}


@pytest.mark.parametrize(
    ("dataset", "field"),
    [
        ({"source": "arithmetic", "instruction_field": "question"}, "dataset.instruction_field"),
        ({"source": "arithmetic", "response_field": "answer"}, "dataset.response_field"),
        ({"source": "../secret.json"}, "dataset.source"),
        ({"source": "/etc/passwd.json"}, "dataset.source"),
        ({"source": "chess", "kind": "builtin"}, "dataset.source"),
        ({"source": "openai/gsm8k", "parameters": {"size": 3}}, "dataset.parameters"),
    ],
)
def test_a_source_that_can_not_be_used_is_refused_before_anything_starts(workspace, dataset, field):
    with pytest.raises(InvalidInput) as refusal:
        check_source(config(dataset=dataset), workspace)
        load_split(config(dataset=dataset), workspace)
    assert field in refusal.value.fields


@pytest.mark.parametrize(
    ("source", "kind"), [("arithmetic", "builtin"), ("uploads/a.CSV", "upload"), ("openai/gsm8k", "hub")]
)
def test_the_kind_of_a_source_is_found_from_its_form(source, kind):
    assert kind_of(config(dataset={"source": source}).dataset) == kind


def test_a_missing_upload_is_not_found(workspace):
    with pytest.raises(NotFound, match=r"none\.csv"):
        check_source(config(dataset={"source": "uploads/none.csv"}), workspace)


def test_a_filter_on_a_missing_column_is_refused_before_anything_starts(workspace):
    filters = [{"field": "level", "comparison": "equals", "value": 1}]
    with pytest.raises(InvalidInput, match="no column 'level'"):
        check_source(config(dataset={"filters": filters}), workspace)


def test_a_limit_of_rows_draws_them_from_all_by_the_seed(workspace):
    limited = config(dataset={"max_samples": 60, "validation_fraction": 0})
    split = load_split(limited, workspace)
    assert len(split.train) + len(split.warm_up) == 60
    assert load_split(limited, workspace) == split
    other = load_split(config(dataset={"max_samples": 60, "validation_fraction": 0}, training={"seed": 7}), workspace)
    assert questions(other.train) != questions(split.train)


def uploaded(workspace, rows, **dataset):
    (workspace.uploads / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    mapping = {"instruction_field": "question", "response_field": "answer"}
    return config(dataset={"source": "uploads/d.jsonl", **mapping, **dataset})


def test_a_column_that_only_later_rows_have_is_found_and_one_that_none_has_is_refused(workspace):
    rows = [{"question": f"{n}?", "answer": str(n), **({"context": "c"} if n > 500 else {})} for n in range(600)]
    check_source(uploaded(workspace, rows, context_field="context"), workspace)
    for absent in ("contxt", "system_prmpt", "system_prompt"):
        with pytest.raises(InvalidInput, match=f"no column '{absent}'"):
            check_source(uploaded(workspace, rows, context_field=absent), workspace)


def test_a_filter_that_only_later_rows_meet_leaves_those(workspace):
    rows = [{"question": f"{n}?", "answer": str(n), "level": n // 3000} for n in range(3010)]
    filters = [{"field": "level", "comparison": "equals", "value": 1}]
    filtered = uploaded(workspace, rows, filters=filters)
    check_source(filtered, workspace)
    mapped, _ = first_usable(filtered.dataset, workspace, {})
    assert [row.reference for row in mapped.rows] == [str(n) for n in range(3000, 3010)]
    assert mapped.left_out == {"filtered out": 3000}


def test_no_more_rows_are_read_than_are_needed(workspace):
    rows = [{"question": f"{n}?", "answer": str(n)} for n in range(3000)]
    mapped, raw = first_usable(uploaded(workspace, rows).dataset, workspace, {})
    assert len(mapped.rows) == 200
    assert len(raw) <= 201
    assert len(first_usable(uploaded(workspace, rows).dataset, workspace, {}, 300)[0].rows) == 300
    assert len(first_usable(config().dataset, workspace, {}, 120)[0].rows) == 120
