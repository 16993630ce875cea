"""Every preset alike: its samples, its parameters, what it pays for nonsense, and how it is found."""

import random
import string
from dataclasses import replace

import pytest

from core.data.mapping import Row
from core.prompts.builtin import CODE_BLOCK, GRPO_DEFAULT, PLAIN, SOLUTION_ONLY
from core.rewards.base import Example
from core.rewards.bench.bench import bench
from core.rewards.bench.exploits import exploits
from core.rewards.names import ALIASES, TITLES, resolve_preset
from core.rewards.presets import PRESETS, checked_parameters, reward_function
from core.rewards.scoring import EachAlone

DOCUMENTED = [
    "Algorithm Implementation",
    "Chain of Thought",
    "Citation Format",
    "Code Generation",
    "Concise Summarization",
    "Creative Writing",
    "Math & Science",
    "Programming",
    "Reasoning",
    "Question Answering",
]
SAMPLES = [
    (name, kind, i) for name, p in PRESETS.items() for kind in ("good", "bad") for i in range(len(getattr(p, kind)))
]
FORM_ONLY = ("solution-format", "plain-format")
"""They judge markers and layout alone, so words without sense in the right form earn; the bench says so to users."""
each_preset = pytest.mark.parametrize("name", PRESETS)


def outcome(name, response, reference, example, **parameters):
    scorer = EachAlone(name, reward_function(name, parameters), PRESETS[name].judges_truth)
    return scorer.score_all([response], [reference], [example])[0]


@pytest.mark.parametrize(("name", "kind", "place"), SAMPLES, ids=lambda value: str(value))
def test_a_sample_scores_as_the_catalogue_says_and_says_why(name, kind, place):
    sample = getattr(PRESETS[name], kind)[place]
    result = outcome(name, sample.response, sample.reference, sample.example)
    assert result.kind == "scored", result.problem
    assert result.score.value >= 0.8 if kind == "good" else result.score.value <= 0.3
    assert result.score.reason
    declared = {component.name for component in PRESETS[name].components}
    assert set(result.score.parts) <= declared or not declared
    assert all(0 <= part <= 1 for part in result.score.parts.values())


@each_preset
def test_a_preset_brings_samples_of_both_kinds_and_tells_what_it_is(name):
    preset = PRESETS[name]
    assert len(preset.good) >= 3
    assert len(preset.bad) >= 3
    assert preset.title and preset.summary.endswith(".") and preset.tags
    assert all(component.summary for component in preset.components)


def nonsense():
    draw = random.Random(5)
    words = [
        "apple",
        "river",
        "of",
        "seven",
        "the",
        "blue",
        "run",
        "chair",
        "and",
        "quickly",
        "stone",
        "was",
        "in",
        "a",
    ]
    for seed in range(5):
        draw.seed(seed)
        chosen = [draw.choice(words) for _ in range(50)]
        yield f"random words {seed}", " ".join(chosen)
        yield (
            f"random sentences {seed}",
            ". ".join(" ".join(chosen[i : i + 7]).capitalize() for i in range(0, 49, 7)) + ".",
        )
    yield "random letters", "".join(draw.choices(string.ascii_letters + " ", k=400))
    yield "nothing", ""
    yield "zero width", "\u200b\u200c\u200d\u2060\ufeff"
    yield "every number", " ".join(map(str, range(1000)))
    yield "every number with commas", ", ".join(map(str, range(1000)))
    yield "a sentence 20 times", "The answer is as clear as it can be to all of us. " * 20
    yield "one word", "answer " * 100
    yield "the closing tag first", "</SOLUTION>0.5<SOLUTION>"


@each_preset
@pytest.mark.parametrize(("what", "text"), nonsense(), ids=lambda value: value if len(str(value)) < 30 else "")
def test_nonsense_earns_nothing(name, what, text):
    sample = PRESETS[name].good[0]
    for response in (text, f"{sample.example.markers.solution_start}{text}{sample.example.markers.solution_end}"):
        if name in FORM_ONLY and response != text:
            continue
        for example in (sample.example, replace(sample.example, markers=PLAIN.markers)):
            result = outcome(name, response, sample.reference, example)
            assert result.score is None or result.score.value == 0.0, result.score


@pytest.mark.parametrize("name", ["exact-match", "math-science", "numeric", "multiple-choice", "question-answering"])
def test_the_right_answer_20_times_earns_nothing(name):
    for sample in PRESETS[name].good:
        marks = sample.example.markers
        right = marks.between_solution(sample.response)
        repeated = f"{marks.solution_start}{f'{right}, ' * 20}{marks.solution_end}"
        assert outcome(name, repeated, sample.reference, sample.example).score.value == 0.0


@each_preset
@pytest.mark.parametrize("template", [GRPO_DEFAULT, SOLUTION_ONLY, PLAIN], ids=lambda template: template.name)
def test_no_generated_nonsense_earns_anything(name, template):
    for sample in PRESETS[name].good:
        example = Example(sample.example.instruction, template.markers, sample.example.extras)
        for exploit in exploits(example, sample.reference or "Paris", template, ["56", "Berlin"], seed=1):
            if not exploit.is_nonsense or (name in FORM_ONLY and exploit.kind == "senseless"):
                continue
            result = outcome(name, exploit.response, sample.reference, example)
            assert result.score is None or result.score.value == 0.0, (exploit.name, result.score)


SUMS = [Row("What is 3 + 4?", "7"), Row("What is 5 + 4?", "9")]
CODE = [
    Row(
        "Write double.",
        "def double(n):\n    return 2 * n",
        "",
        {"tests": ["assert double(4) == 8", "assert double(0) == 0"]},
    ),
    Row(
        "Write last.",
        "def last(items):\n    return items[-1]",
        "",
        {"tests": ["assert last([1, 2]) == 2", "assert last('ab') == 'b'"]},
    ),
]
LETTERS = [Row("Capital of Italy? A) Rome B) Milan", "A"), Row("Largest? A) Moon B) Sun", "B")]
JUDGED = {"multiple-choice": (LETTERS, SOLUTION_ONLY), "programming": (CODE, CODE_BLOCK)}
JUDGED["algorithm-implementation"] = JUDGED["programming"]


@pytest.mark.parametrize("name", [n for n, preset in PRESETS.items() if preset.judges_truth and n != "procedural"])
def test_a_preset_that_judges_truth_never_prefers_a_wrong_answer(name):
    rows, template = JUDGED.get(name, (SUMS, SOLUTION_ONLY))
    report = bench(EachAlone(name, reward_function(name, {}), True), rows, template)
    assert report.compared == 2
    assert report.violations == []
    assert report.failed == {}
    assert report.right.mean == 1.0
    assert report.grade in "AB", report.findings


VERDICTS = [Row(f"Is {n} even?", "no" if n % 2 else "yes") for n in range(4)]


@pytest.mark.parametrize("name", ["exact-match", "math-science", "question-answering", "multiple-choice", "numeric"])
@pytest.mark.parametrize("rows", [VERDICTS, LETTERS, SUMS], ids=["verdicts", "letters", "numbers"])
def test_a_preset_with_a_reference_does_not_pay_several_answers_at_once(name, rows):
    report = bench(EachAlone(name, reward_function(name, {}), True), rows, SOLUTION_ONLY)
    assert "pays_hedges" not in [finding.code for finding in report.findings]
    assert report.failed == {}


@pytest.mark.parametrize(
    "given", [*PRESETS, *ALIASES, *DOCUMENTED, *(p.title for p in PRESETS.values()), "Exact_Match"]
)
def test_a_preset_is_found_by_name_title_and_alias(given):
    assert resolve_preset(given) in PRESETS


@pytest.mark.parametrize("title", DOCUMENTED)
def test_every_documented_name_is_the_title_of_a_preset(title):
    assert title in {preset.title for preset in PRESETS.values()}


@pytest.mark.parametrize("title", ["Math & Science", "Programming", "Question Answering"])
def test_these_judge_correctness(title):
    assert PRESETS[resolve_preset(title)].judges_truth


def test_an_unknown_name_is_no_preset():
    assert resolve_preset("magic") is None


PARAMETERS = [(name, parameter) for name, preset in PRESETS.items() for parameter in preset.parameters]


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=lambda value: getattr(value, "name", value))
def test_a_parameter_is_an_argument_with_its_default_and_its_bounds_hold(name, parameter):
    import inspect

    argument = inspect.signature(PRESETS[name].function).parameters[parameter.name]
    assert argument.default == parameter.default
    assert checked_parameters(name, {parameter.name: parameter.default})
    assert parameter.summary
    for bound, beyond in ((parameter.minimum, -1), (parameter.maximum, 1)):
        if bound is not None:
            with pytest.raises(ValueError, match=parameter.name):
                checked_parameters(name, {parameter.name: type(parameter.default)(bound + beyond)})


@pytest.mark.parametrize("value", ["x", True, None, [1]])
def test_a_parameter_of_the_wrong_type_is_refused(value):
    with pytest.raises(ValueError, match="min_words of length is a whole number"):
        checked_parameters("length", {"min_words": value})


def test_an_unknown_parameter_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="it has: min_words"):
        checked_parameters("length", {"minimum": 3})


def test_the_names_in_the_schema_are_those_of_the_library():
    assert list(TITLES.items()) == [(name, preset.title) for name, preset in PRESETS.items()]
