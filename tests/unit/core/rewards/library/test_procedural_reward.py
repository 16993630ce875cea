"""The reward of procedural tasks: right answers pay, nonsense does not, and nothing a model wrote is run."""

import ast
import importlib.util
import json
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from core.data.procedural import procedural_names, procedural_rows
from core.prompts.template import Markers
from core.rewards.base import Example, NotRun
from core.rewards.library.procedural import OURS, PRESETS, REVIEWED, is_formula, procedural, same_answer

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
        ("simple_integration", "(a + b + c + d + x)**999"),
        ("simple_integration", "exp(9**999*9**999*9**999*9**999)*x"),
        ("simple_integration", "(x + a)**99*(x + b)**99"),
        ("propositional_logic", " ∧ ".join("abcdefghijklmnopqrstuvwxyz")),
    ],
)
def test_what_fools_or_hangs_a_verifier_is_wrong(rows, task, solution):
    assert all(score(row, solution, **OBEDIENT).value == 0.0 for row in rows[task])


@pytest.fixture
def hostile(tmp_path):
    """Texts that leave a file behind when they are run as Python, and the file."""
    trace = tmp_path / "trace"
    path = repr(str(trace))
    return [
        f"open({path}, 'w')",
        f"[__import__('pathlib').Path({path}).touch()]",
        f"(lambda: open({path}, 'w'))()",
    ], trace


def test_the_hostile_texts_would_leave_a_file(hostile):
    texts, trace = hostile
    for text in texts:
        eval(text)
        assert trace.exists()
        trace.unlink()


@pytest.mark.parametrize("task", sorted({*TASKS, *OURS}))
def test_code_in_an_answer_or_an_entry_is_not_run(task, hostile):
    texts, trace = hostile
    row = next(procedural_rows(task, {"size": 1}))
    entry = json.loads(row["entry"])
    for text in texts:
        assert score(row, text, **OBEDIENT).value == 0.0
        for poisoned in ({"answer": text}, {"metadata": poison(entry["metadata"], text)}):
            verdict_on({**entry, **poisoned}, row["response"])
            verdict_on({**entry, **poisoned}, text)
    assert not trace.exists()


def poison(value, text):
    """`value` with every text in it replaced."""
    if isinstance(value, dict):
        return {key: poison(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [poison(item, text) for item in value]
    return text if isinstance(value, str) else value


def verdict_on(entry, solution):
    """The value, or None where the entry is refused."""
    try:
        return score({"instruction": "", "entry": json.dumps(entry)}, solution, **OBEDIENT).value
    except NotRun:
        return None


def test_the_problem_in_an_entry_is_not_evaluated(hostile):
    texts, trace = hostile
    for text in texts:
        problem = {"problem": f"({text} and 0) or 5"}
        entry = {"task": "bitwise_arithmetic", "parameters": {}, "answer": text, "metadata": problem}
        assert verdict_on(entry, "5") == 0.0
    assert not trace.exists()


@pytest.mark.parametrize("metadata", [None, [], "x", 4, {}, {"numbers": 3}, {"__items__": [[[], 1]]}], ids=str)
@pytest.mark.parametrize("task", sorted(OURS))
def test_an_entry_that_is_no_data_of_its_task_pays_nothing(task, metadata):
    entry = {"task": task, "parameters": {}, "answer": None, "metadata": metadata}
    assert not verdict_on(entry, "1")


@pytest.mark.parametrize(
    ("task", "change"),
    [
        ("rubiks_cube", {"cube_size": 10**6}),
        ("rubiks_cube", {"scramble_moves": "R999999999"}),
        ("tower_of_hanoi", {"num_disks": 10**12}),
        ("propositional_logic", {"premises": [" ∧ ".join(f"p{i}" for i in range(40))]}),
        ("propositional_logic", {"variables": [chr(65 + i) for i in range(26)]}),
    ],
)
def test_an_entry_too_large_to_judge_is_refused(task, change):
    row = next(procedural_rows(task, {"size": 1}))
    entry = json.loads(row["entry"])
    entry["metadata"] |= change
    with pytest.raises(NotRun):
        score({"instruction": "", "entry": json.dumps(entry)}, row["response"])


def test_an_entry_nested_too_deep_is_refused():
    with pytest.raises(NotRun):
        procedural("1", "1", Example(extras={"entry": "[" * 100_000}))


def test_every_verifier_that_could_run_text_is_replaced_or_reviewed():
    found = {row["name"] for row in procedural_names() if hazards(sources(row["name"]))}
    assert found - OURS.keys() == REVIEWED.keys()


def test_a_reviewed_task_that_evaluates_does_so_only_where_rows_are_made():
    assert {task for task in REVIEWED if hazards(judging(sources(task)))} == {"pool_matrix", "propositional_logic"}


def test_no_verifier_opens_a_file_or_looks_up_an_attribute_by_name():
    # The Game of sokoban can read a level from a file, but its verifier hands it the level.
    words = FILES_AND_ATTRIBUTES
    assert {row["name"] for row in procedural_names() if hazards(judging(sources(row["name"])), words)} == {"sokoban"}


def test_the_search_sees_each_verifier_known_to_run_text():
    known = {"binary_matrix", "bitwise_arithmetic", "n_queens", "number_sorting", "puzzle24", "simple_integration"}
    assert all(hazards(judging(sources(task))) for task in known)


HAZARDS = {
    "eval", "exec", "__import__", "import_module", "run_module", "literal_eval", "parse_expr", "parse_latex",
    "parse_mathematica", "sympify", "lambdify", "setattr", "system", "popen", "Popen", "subprocess", "pickle", "dill",
    "marshal", "shelve", "yaml", "globals", "vars", "breakpoint", "loadtxt", "genfromtxt", "unsafe_load", "numexpr",
}  # fmt: skip
FILES_AND_ATTRIBUTES = {"open", "getattr", "read_text", "read_bytes", "read_data_file", "get_data_file_path"}
FRAMEWORK = ("reasoning_gym.coaching", "reasoning_gym.factory", "reasoning_gym.dataset", "reasoning_gym.version")


@cache
def tree(module):
    """The syntax of a module of reasoning-gym, or None of what is no such module."""
    spec = importlib.util.find_spec(module)
    return ast.parse(Path(spec.origin).read_text("utf-8")) if spec and spec.origin else None


@cache
def sources(task):
    """The syntax of the module of a task and of every module of its package that it imports, directly or not."""
    from reasoning_gym.factory import DATASETS

    waiting, seen = [DATASETS[task][0].__module__], {}
    while waiting:
        module = waiting.pop()
        if module in seen or module.startswith(FRAMEWORK):
            continue
        seen[module] = tree(module)
        waiting += imported(module)
    return tuple(seen.values())


@cache
def imported(module):
    """The modules of reasoning-gym that one of them imports."""
    package = importlib.util.find_spec(module)
    parent = module if package.submodule_search_locations else module.rpartition(".")[0]
    found = []
    for node in ast.walk(tree(module)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            start = importlib.util.resolve_name("." * node.level + (node.module or ""), parent)
            names = [start, *(f"{start}.{alias.name}" for alias in node.names)]
        found += [name for name in names if name.startswith("reasoning_gym.") and is_module(name)]
    return found


def is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def hazards(nodes, sought=frozenset(HAZARDS)):
    """Those of the words sought that the nodes hold, called or not."""
    return set().union(*(words_of(node) for node in nodes)) & sought


@cache
def words_of(node):
    return {word for inner in ast.walk(node) for word in named(inner)}


def named(node):
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    return [node.name.rpartition(".")[2], node.name.partition(".")[0]] if isinstance(node, ast.alias) else []


def judging(modules):
    """Every function and class that score_answer may reach: those of a name it holds, and so on."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    defined = [node for module in modules for node in ast.walk(module) if isinstance(node, kinds)]
    reached, names = [], {"score_answer"}
    while fresh := [node for node in defined if node.name in names and node not in reached]:
        reached += fresh
        names |= set().union(*map(words_of, fresh))
    return reached


@pytest.mark.parametrize(
    "entry",
    [None, "", "{}", "[]", "4", '{"task": "chess", "parameters": {}, "answer": "1", "metadata": {}}'],
)
def test_a_row_without_an_entry_is_not_judged(entry):
    with pytest.raises(NotRun):
        procedural("1", "1", Example(extras={"entry": entry}))


@pytest.mark.parametrize(
    "text", ["1 + 2*(3 - 4)/5", "-x**2/2 + C", "2*(-10*x - 10)**(3/2)/3", "exp(3*x)*sin(x)", "E**(x)"]
)
def test_plain_formulas_may_be_evaluated(text):
    assert is_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "f.x", "open('x')", "x.__class__", "2**9999", "2**3**3", "((2**9)**9)**9", "sin(sin(x))", "lambda: 1",
        "[y for y in x]", "x[0]", "'a'*9", "10**20*" + "9" * 30, "5!", "x" * 700, "(" * 300, "1 if x else 2",
        "sin(x, y)", "f'{x}'", "[1, 2]", "'1'",
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
