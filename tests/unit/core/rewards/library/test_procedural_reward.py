"""The reward of procedural tasks: right answers pay, nonsense does not, and nothing a model wrote is run."""

import json
from itertools import islice

import pytest

from core.data.procedural import procedural_rows
from core.prompts.template import Markers
from core.rewards.base import Example, NotRun
from core.rewards.library.procedural import PRESETS, is_formula, procedural, same_answer

PRESET = PRESETS["procedural"]
MARKERS = Markers(solution_start="<SOLUTION>", solution_end="</SOLUTION>")
NONSENSE = {
    "nothing": "",
    "space": " \n\t ",
    "tags only": "<start_working_out><end_working_out><SOLUTION></SOLUTION>",
    "space in tags": "<SOLUTION> </SOLUTION>",
    "words": "<SOLUTION>the quick brown fox jumps over the lazy dog</SOLUTION>",
    "every number": f"<SOLUTION>{' '.join(map(str, range(1000)))}</SOLUTION>",
    "not a number": "<SOLUTION>nan</SOLUTION>",
    "empty JSON": "<SOLUTION>{}</SOLUTION>",
}
TASKS = [
    "basic_arithmetic", "caesar_cipher", "coin_flip", "complex_arithmetic", "countdown", "fraction_simplification",
    "game_of_life", "game_of_life_halting", "graph_color", "n_queens", "number_sorting", "palindrome_generation",
    "prime_factorization", "propositional_logic", "puzzle24", "simple_integration", "sudoku", "tower_of_hanoi",
]  # fmt: skip
OBEDIENT = {"least": 0.1}


@pytest.fixture(scope="module")
def rows():
    """Two rows of each task."""
    return {task: list(islice(procedural_rows(task, {"size": 9}), 2)) for task in TASKS}


def example(row):
    return Example(row["instruction"], MARKERS, {"entry": row["entry"]})


def score(row, solution, **parameters):
    return procedural(f"so <SOLUTION>{solution}</SOLUTION>", "", example(row), **parameters)


@pytest.mark.parametrize("sample", PRESET.good, ids=lambda sample: sample.response)
def test_good_samples_score_fully(sample):
    assert PRESET.function(sample.response, sample.reference, sample.example).value == 1.0


@pytest.mark.parametrize("sample", PRESET.bad, ids=lambda sample: sample.response)
def test_bad_samples_score_nothing(sample):
    assert PRESET.function(sample.response, sample.reference, sample.example).value == 0.0


@pytest.mark.parametrize("task", TASKS)
def test_the_answer_a_task_gives_scores_fully(rows, task):
    assert [score(row, row["response"]).value for row in rows[task]] == [1.0, 1.0]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_scores_nothing(rows, task, text):
    for row in rows[task]:
        verdict = procedural(text, "", example(row))
        assert verdict.value == 0.0
        assert verdict.reason


def test_part_of_a_solution_pays_only_when_asked_for(rows):
    row = rows["sudoku"][0]
    nearly = row["response"].replace(row["response"][0], "1" if row["response"][0] != "1" else "2", 1)
    assert score(row, nearly).value == 0.0
    assert 0.5 < score(row, nearly, least=0.5).value < 1.0


@pytest.mark.parametrize(
    ("task", "solution"),
    [
        ("coin_flip", "0"),
        ("game_of_life_halting", "perhaps"),
        ("puzzle24", "6*4*1*1"),
        ("countdown", "9**9**9"),
        ("number_sorting", "[NaN]"),
        ("simple_integration", "Integral(x, x)"),
        ("simple_integration", "99999999!"),
    ],
)
def test_what_fools_or_hangs_a_verifier_is_wrong(rows, task, solution):
    assert all(score(row, solution, **OBEDIENT).value == 0.0 for row in rows[task])


@pytest.mark.parametrize("task", ["countdown", "n_queens", "number_sorting", "puzzle24", "simple_integration"])
def test_code_in_an_answer_is_not_run(rows, task, tmp_path):
    trace = tmp_path / "trace"
    for code in (f"open({str(trace)!r}, 'w')", f"[__import__('pathlib').Path({str(trace)!r}).touch()]"):
        assert score(rows[task][0], code).value == 0.0
    assert not trace.exists()


def test_code_in_an_entry_is_not_run(rows, tmp_path):
    entry = json.loads(rows["number_sorting"][0]["entry"])
    trace = tmp_path / "trace"
    entry["answer"] = f"[open({str(trace)!r}, 'w')]"
    hostile = {"instruction": "", "entry": json.dumps(entry)}
    assert score(hostile, "['1']").value == 0.0
    assert not trace.exists()


@pytest.mark.parametrize(
    "entry",
    [None, "", "{}", "[]", "4", '{"task": "chess", "parameters": {}, "answer": "1", "metadata": {}}'],
)
def test_a_row_without_an_entry_is_not_judged(entry):
    with pytest.raises(NotRun):
        procedural("1", "1", Example(extras={"entry": entry}))


@pytest.mark.parametrize(
    "text", ["1 + 2*(3 - 4)/5", "-x**2/2 + C", "2*(-10*x - 10)**(3/2)/3", "['1', '-2.5']", "exp(3*x)*sin(x)", "E**(x)"]
)
def test_plain_formulas_may_be_evaluated(text):
    assert is_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "f.x", "open('x')", "x.__class__", "2**9999", "2**3**3", "((2**9)**9)**9", "sin(sin(x))", "lambda: 1",
        "[y for y in x]", "x[0]", "'a'*9", "10**20*" + "9" * 30, "5!", "x" * 700, "(" * 300, "1 if x else 2",
        "sin(x, y)", "f'{x}'",
    ],
)  # fmt: skip
def test_anything_else_may_not(text):
    assert not is_formula(text)


@pytest.mark.parametrize(
    ("given", "expected", "same"),
    [
        ("0.3125", "5/16", True), ("0.3125", "0.31252", True), ("0", "0.3125", False), ("1/0", "1", False),
        ("true", "True", True), ("False", "True", False), ("1 2\n3 4", "1  2\n3 4", True), ("1e9", "1", False),
    ],
)  # fmt: skip
def test_answers_compared_as_text_may_differ_in_case_space_and_rounding(given, expected, same):
    assert same_answer(given, expected) is same
