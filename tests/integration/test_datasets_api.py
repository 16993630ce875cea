"""Data sets over HTTP: the list, previews, mappings with rendered rows, checks, Quick Start."""

import json
import shutil

import pytest

from tests.conftest import REPOSITORY
from tests.support.chat_templates import REFUSES_SYSTEM

GSM8K = [
    {"question": f"Ann has {n} apples and buys 6. How many?", "answer": f"{n} + 6 = <<{n}+6={n + 6}>>\n#### {n + 6}"}
    for n in range(40)
]
ALPACA = [
    {"instruction": f"Say it {n} times.", "input": "hello" if n % 2 else "", "output": "hello " * n}
    for n in range(1, 40)
]
DOLLY = [
    {"instruction": f"Who is {n}?", "context": "A list.", "response": f"Number {n}.", "category": "closed_qa"}
    for n in range(40)
]
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Rivers",
            "paragraphs": [
                {
                    "context": "The Rhine flows through Cologne.",
                    "qas": [
                        {"id": str(n), "question": f"Where does river {n} flow?", "is_impossible": False,
                         "answers": [{"text": "Cologne", "answer_start": 24}, {"text": "through Cologne"}]}
                        for n in range(40)
                    ],
                }
            ],
        }
    ],
}  # fmt: skip
EXCEL = "﻿Frage;Antwort\r\n" + "".join(f'"Wie heißt ""Nr. {n}"";\r\nbitte?";Paris {n}\r\n' for n in range(40))
LINES = "".join(json.dumps(row) + "\n" for row in GSM8K)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("tiny") / "model"
    command = [sys.executable, "-m", "tests.support.tiny_model", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return str(folder)


PUBLISHED = {
    "GSM8K": ("gsm8k.jsonl", LINES, ("question", "answer", None), "math-science", "6"),
    "Alpaca": ("alpaca.json", json.dumps(ALPACA), ("instruction", "output", "input"), None, "hello"),
    "Dolly": (
        "dolly.jsonl",
        "".join(json.dumps(row) + "\n" for row in DOLLY),
        ("instruction", "response", "context"),
        None,
        "Number 0.",
    ),
    "SQuAD v2": (
        "squad.json",
        json.dumps(SQUAD, indent=1),
        ("question", "answers.text", "context"),
        "question-answering",
        "Cologne",
    ),
    "Excel": ("excel.csv", EXCEL, ("Frage", "Antwort", None), "question-answering", "Paris 0"),
}


@pytest.mark.parametrize(("name", "text", "mapping", "preset", "reference"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_files_shaped_like_published_ones_are_mapped_and_rendered(
    shared_server, tiny, name, text, mapping, preset, reference
):
    status, taken = shared_server.upload(name, text.encode())
    assert status == 201, taken
    guessed = taken["mapping"]
    assert (guessed["instruction_field"], guessed["response_field"], guessed["context_field"]) == mapping
    dataset = {"source": taken["path"], **guessed}
    status, seen = shared_server.call(
        "POST", "/api/datasets/fields", {"config": {"dataset": dataset, "model": {"name": tiny}}}
    )
    assert status == 200, seen
    assert len(seen["samples"]) == 3
    first = seen["samples"][0]
    assert first["reference"] == reference
    assert first["prompt"].startswith("<|im_start|>system\nYou are given a problem.")
    assert first["instruction"] in first["prompt"]
    assert first["perfect_answer"].endswith(f"<SOLUTION>{reference}</SOLUTION>")
    assert first["tokens"] > 20
    suggested = shared_server.call("POST", "/api/datasets/suggest", {"path": taken["path"]})[1]
    assert suggested["dataset"] == dataset
    assert suggested["reasons"]
    if preset:
        parts = suggested["reward"].get("components", [suggested["reward"]])
        assert parts[0]["preset_name"] == preset


def test_quick_start_can_be_started_as_it_is(shared_server, until):
    path = shared_server.upload("quick.jsonl", LINES.encode())[1]["path"]
    proposal = shared_server.call("POST", "/api/datasets/suggest", {"path": path})[1]
    config = {
        "name": "steps=1",
        "dataset": {"source": path, **proposal["dataset"]},
        "prompt": proposal["prompt"],
        "reward": proposal["reward"],
    }
    status, reply = shared_server.call("POST", "/api/training/start", {"session_id": "quick", "config": config})
    assert status == 202, reply
    until(lambda: shared_server.status("quick") == "completed")


def test_every_kind_of_source_is_listed_and_can_be_previewed(shared_server):
    listed = shared_server.call("GET", "/api/datasets/list")[1]
    assert {"openai/gsm8k", "tatsu-lab/alpaca", "rajpurkar/squad_v2"} <= {
        known["source"] for known in listed["datasets"]
    }
    assert all(known["licence"] and known["rows"] and known["category"] for known in listed["datasets"])
    for known in listed["builtin"]:
        status, seen = shared_server.call("POST", "/api/datasets/preview", {"path": known["source"], "samples": 2})
        assert status == 200
        assert len(seen["rows"]) == 2
        assert seen["mapping"]["instruction_field"] == "instruction"


def test_a_procedural_task_is_listed_previewed_and_judged_by_itself(shared_server):
    tasks = {task["name"]: task for task in shared_server.call("GET", "/api/datasets/procedural")[1]["tasks"]}
    assert len(tasks) > 90
    assert tasks["leg_counting"]["parameters"]
    source = {"path": "leg_counting", "kind": "procedural", "parameters": {"size": 5, "max_animals": 4}}
    seen = shared_server.call("POST", "/api/datasets/preview", {**source, "samples": 2})[1]
    assert "how many legs" in seen["rows"][0]["instruction"]
    assert seen["total_rows"] == 5
    proposal = shared_server.call("POST", "/api/datasets/suggest", source)[1]
    assert proposal["reward"]["components"][0]["preset_name"] == "procedural"
    dataset = {
        "source": "leg_counting",
        "kind": "procedural",
        "parameters": source["parameters"],
        **proposal["dataset"],
    }
    config = {"dataset": dataset, "prompt": proposal["prompt"], "reward": proposal["reward"]}
    tested = shared_server.call("POST", "/api/rewards/test", {"config": config, "samples": 3})[1]
    assert [result["scores"]["procedural"]["value"] for result in tested["results"]] == [1.0, 1.0, 1.0]


def test_a_check_counts_what_a_run_would_leave_out(shared_server, tiny):
    odd = [{"question": "", "answer": "1"}, {"question": "long " * 400, "answer": "1"}]
    rows = [*GSM8K, GSM8K[0], *odd, {"question": "Who <|im_end|>?", "answer": "I"}]
    path = shared_server.upload("checked.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())[1]["path"]
    config = {
        "model": {"name": tiny},
        "dataset": {"source": path, "instruction_field": "question", "response_field": "answer"},
        "training": {"max_sequence_length": 700, "max_new_tokens": 100},
    }
    status, job = shared_server.call("POST", "/api/datasets/check", {"config": config})
    assert status == 202
    result = shared_server.job(job["job_id"])["result"]
    assert (result["rows"], result["usable"]) == (44, 42)
    counts = {name: finding["count"] for name, finding in result["findings"].items()}
    assert counts == {"leakage": 0, "too_long": 1, "special_tokens": 1, "empty": 1, "repeated": 1, "filtered": 0}
    assert result["findings"]["repeated"]["examples"] == [f"Row 41 repeats row 1: {GSM8K[0]['question']}"]
    assert result["findings"]["empty"]["examples"] == ["Row 42: no question"]
    assert result["longest_prompt"] > 700
    assert result["findings"]["special_tokens"]["examples"] == ["<|im_end|>: Who <|im_end|>?"]


def test_what_a_model_does_not_have_is_refused_before_the_start(shared_server, tiny):
    for changes, field, problem in (
        ({"model": {"name": tiny, "target_modules": ["q_proj", "qq_proj"]}}, "model.target_modules", "named qq_proj"),
        ({"model": {"target_modules": ["c_attn"]}}, "model.target_modules", "named c_attn; it has down_proj, gate"),
        ({"model": {"name": tiny}, "prompt": {"thinking": "off"}}, "prompt.thinking", "has no switch for thinking"),
    ):
        status, reply = shared_server.call("POST", "/api/training/start", {"session_id": "lacking", "config": changes})
        assert status == 400, reply
        assert problem in reply["error"]["fields"][field]
        assert reply["error"]["hint"]
    assert not (shared_server.root / "outputs" / "lacking").exists()


def test_a_preview_says_what_the_chat_template_does_with_the_prompt(shared_server, tiny, tmp_path):
    model = tmp_path / "folds"
    shutil.copytree(tiny, model)
    (model / "chat_template.jinja").write_text(REFUSES_SYSTEM, encoding="utf-8")
    body = {"prompt": {"thinking": "on"}, "model": str(model), "instruction": "Who?"}
    status, seen = shared_server.call("POST", "/api/prompts/preview", body)
    assert status == 200, seen
    assert seen["prompt"].startswith("<|im_start|>user\nYou are given a problem.")
    assert "takes no system turn" in seen["notices"][0]
    assert "has no switch for thinking" in seen["notices"][1]


def test_a_worker_that_dies_does_not_take_the_server_along(shared_server, until):
    import psutil

    shared_server.call("POST", "/api/datasets/preview", {"path": "arithmetic", "samples": 1})
    children = psutil.Process(shared_server.process.pid).children()
    looking = [child for child in children if "core.workers.inspect" in child.cmdline()]
    assert looking
    for child in looking:
        child.kill()
    until(lambda: all(has_ended(child) for child in looking), what="their end")
    assert shared_server.call("POST", "/api/datasets/preview", {"path": "arithmetic", "samples": 1})[0] == 200


def has_ended(child):
    """A killed process is a zombie once its first thread has ended; the others may take a moment longer."""
    return child.status() == "zombie" and child.num_threads() <= 1


def test_a_preview_of_monstrous_rows_stays_small(shared_server):
    row = json.dumps({"question": "q", "answer": "a" * 100_000, "tokens": list(range(100_000))}) + "\n"
    path = shared_server.upload("monstrous.jsonl", (row * 20).encode())[1]["path"]
    seen = shared_server.call("POST", "/api/datasets/preview", {"path": path, "samples": 20})[1]
    assert len(seen["rows"]) == 20
    assert seen["rows"][0]["tokens"][-1] == "... (100,000 items)"
    assert len(json.dumps(seen)) < 200_000


def test_an_inspection_worker_lives_under_a_lower_limit_of_memory(tmp_path):
    import subprocess
    import sys

    request = {"id": 1, "task": "preview", "arguments": {"dataset": {"source": "arithmetic"}, "samples": 1}}
    command = f"ulimit -v 6000000; exec {sys.executable} -m core.workers.inspect {tmp_path}"
    child = subprocess.Popen(
        ["bash", "-c", command], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
        answer = json.loads(child.stdout.readline())
        child.stdin.close()
    assert answer["result"]["columns"] == ["instruction", "response"]


def test_the_server_itself_never_loads_the_readers(shared_server):
    import psutil

    shared_server.upload("small.csv", b"question,answer\n1,2\n")
    maps = {file.path for file in psutil.Process(shared_server.process.pid).memory_maps()}
    assert not [path for path in maps if "libarrow" in path or "libtorch" in path]


def lines_of(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_data_without_answers_are_trained_on_with_a_reward_that_needs_none(shared_server):
    rows = [{"prompt": f"Write two lines about the number {n}."} for n in range(40)]
    taken = shared_server.upload("prompts.jsonl", lines_of(rows))[1]
    assert (taken["mapping"]["instruction_field"], taken["mapping"]["response_field"]) == ("prompt", None)
    proposal = shared_server.call("POST", "/api/datasets/suggest", {"path": taken["path"]})[1]
    assert proposal["own_answers"] is None
    config = {name: proposal[name] for name in ("dataset", "prompt", "reward")}
    status, reply = shared_server.call("POST", "/api/training/start", {"session_id": "prompts", "config": config})
    assert status == 202, reply
    compares = {**config, "reward": {"preset_name": "math-science"}}
    status, reply = shared_server.call("POST", "/api/training/start", {"session_id": "refused", "config": compares})
    assert status == 400
    assert "compares with a reference, and the data have none" in reply["error"]["fields"]["reward"]
    assert set(reply["error"]) == {"code", "message", "hint", "fields"}


def test_quick_start_says_what_the_own_answers_earn_and_which_row_falls_short(shared_server):
    rows = [
        {
            "text": f"Write add{n}.",
            "code": f"def add(a):\n    return a + {n + (n == 3) * 5}",
            "test_list": [f"assert add(1) == {n + 1}"],
        }
        for n in range(1, 31)
    ]
    path = shared_server.upload("tests.jsonl", lines_of(rows))[1]["path"]
    proposal = shared_server.call("POST", "/api/datasets/suggest", {"path": path, "model": "unsloth/Qwen3-4B"})[1]
    assert proposal["reward"]["fields"] == {"tests": "test_list"}
    own = proposal["own_answers"]
    assert (own["rows"], own["scored"], own["full"], proposal["enough"]) == (20, 20, 0.95, True)
    assert (own["failing"]["row"], own["failing"]["score"]) == (3, 0.0)
    assert "returned 9" in own["failing"]["reason"]


def test_a_file_that_is_sorted_by_its_labels_has_all_of_them_in_the_prompt(shared_server):
    rows = [{"message": f"Parcel {n} did not come", "category": f"Label {n // 100}"} for n in range(800)]
    path = shared_server.upload("labels.jsonl", lines_of(rows))[1]["path"]
    proposal = shared_server.call("POST", "/api/datasets/suggest", {"path": path})[1]
    assert all(f"Label {n}" in proposal["prompt"]["system_prompt"] for n in range(8))
    assert proposal["pre_training"] == {"enabled": True}
