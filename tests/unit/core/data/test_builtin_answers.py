"""The answers of the built-in sets, found again by other means."""

import re
from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import permutations, product

import pytest

from core.data.builtin import builtin_rows


def rows_of(name, kind, size=240):
    """Questions of one kind, all levels."""
    return list(builtin_rows(name, {"kinds": kind, "size": size, "seed": 5}))


# Dates: the calendar counted day by day, without the datetime arithmetic of the generator.

DAY = r"\d{4}-\d\d-\d\d|\d+ [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d+, \d{4}"


def read_days(text):
    return [read_day(found) for found in re.findall(DAY, text)]


def read_day(text):
    for form in ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise AssertionError(text)


def day_number(day):
    """Days since 1 March of year 0, by the month lengths 153 / 5 of a year that starts in March."""
    year, month = (day.year, day.month) if day.month > 2 else (day.year - 1, day.month + 12)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day.day


def is_leap(year):
    return day_number(datetime(year, 3, 1)) - day_number(datetime(year, 2, 28)) == 2


def test_weekdays_are_right():
    names = ["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    saturday = day_number(datetime(2000, 1, 1))
    for row in rows_of("dates", "weekday"):
        assert row["response"] == names[(day_number(read_days(row["instruction"])[-1]) - saturday) % 7]


def test_days_between_dates_are_right():
    for row in rows_of("dates", "between"):
        first, second = map(day_number, read_days(row["instruction"]))
        assert int(row["response"]) == second - first > 0


def test_moved_dates_are_right():
    for row in rows_of("dates", "shift"):
        (day,), reached = read_days(row["instruction"]), datetime.strptime(row["response"], "%Y-%m-%d")
        count, unit = re.search(r"(\d+) (day|week|month)s?", row["instruction"]).groups()
        if unit == "month":
            assert (reached.year * 12 + reached.month) - (day.year * 12 + day.month) == int(count)
            assert reached.day == day.day or (reached.day < day.day and (reached + timedelta(1)).day == 1)
        else:
            sign = -1 if " before " in row["instruction"] else 1
            assert day_number(reached) - day_number(day) == sign * int(count) * {"day": 1, "week": 7}[unit]


def test_leap_years_are_right():
    for row in rows_of("dates", "leap"):
        years = list(map(int, re.findall(r"\d{4}", row["instruction"])))
        if row["level"] == 1:
            assert [year for year in years if is_leap(year)] == [int(row["response"])]
        else:
            assert int(row["response"]) == sum(is_leap(year) for year in range(years[0], years[1] + 1))


def test_days_of_the_year_are_right():
    for row in rows_of("dates", "ordinal"):
        if row["level"] == 3:
            number, year = sorted(
                map(int, re.findall(r"(?<!Day )\b\d{2,4}\b|(?<=number )\d+|(?<=day )\d+", row["instruction"]))
            )
            assert datetime.strptime(row["response"], "%Y-%m-%d").strftime("%Y %j") == f"{year} {number:03}"
        else:
            assert int(row["response"]) == read_days(row["instruction"])[0].timetuple().tm_yday


# Strings: the edits done letter by letter.


@pytest.mark.parametrize(
    ("kind", "edit"),
    [
        ("reverse", lambda text, given: "".join(text[-place] for place in range(1, len(text) + 1))),
        ("replace", lambda text, given: "".join(given[1] if each == given[0] else each for each in text)),
        ("vowels", lambda text, given: re.sub("[aeiou]", "", text)),
        ("count", lambda text, given: str(Counter(text)[given[0]])),
    ],
)
def test_edits_of_a_phrase_are_right(kind, edit):
    for row in rows_of("strings", kind):
        question = row["instruction"].replace("(a, e, i, o, u)", "").replace("a, e, i, o and u", "")
        phrase = max(re.findall('"([^"]*)"', question), key=len)
        given = re.findall(r"\b[a-z]\b", question.replace(phrase, "").split(" Answer")[0])
        assert row["response"] == edit(phrase, given)


@pytest.mark.parametrize("kind", ["letter", "word"])
def test_what_stands_at_a_place_is_right(kind):
    places = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
    for row in rows_of("strings", kind):
        quoted = sorted(re.findall('"([^"]*)"', row["instruction"]), key=len)
        parts = quoted[0] if kind == "letter" else quoted[-1].split()
        said = [word for word in re.findall("[a-z]+", re.sub('"[^"]*"', "", row["instruction"])) if word in places]
        assert row["response"] == parts[places.index(said[0])]


def test_sorted_words_are_right():
    for row in rows_of("strings", "sort"):
        words, way = row["response"].split(), -1 if "z to a" in row["instruction"] else 1
        phrase = re.search('"([^"]*)"', row["instruction"]).group(1).split()
        assert Counter(words) == Counter(phrase)
        assert all(one < other for one, other in zip(words[::way], words[::way][1:], strict=False))


def test_joined_words_are_right():
    marks = {"hyphens": "-", "underscores": "_", "slashes": "/", "plus signs": "+"}
    for row in rows_of("strings", "join"):
        text = re.search('"([^"]*)"', row["instruction"]).group(1)
        mark = next((mark for name, mark in marks.items() if name in row["instruction"]), "")
        if not mark:
            assert list(row["response"]) == [word[0] for word in text.split()]
        else:
            assert row["response"].translate({ord(mark): " "}) == text.translate({ord(mark): " "})
            assert (mark in row["response"]) is (" " in text)


# Units: the definitions written down a second time, in other base units.

INCHES = {
    "millimetres": Fraction(10, 254), "centimetres": Fraction(100, 254), "metres": Fraction(10_000, 254),
    "kilometres": Fraction(10_000_000, 254), "inches": 1, "feet": 12, "yards": 36, "miles": 63_360,
    "nautical miles": Fraction(18_520_000, 254),
}  # fmt: skip
GRAINS = {
    "pounds": 7000, "ounces": Fraction(7000, 16), "stones": 98_000, "grams": Fraction(100_000, 6_479_891) * 1000,
}  # fmt: skip
GRAINS |= {
    "milligrams": GRAINS["grams"] / 1000, "kilograms": GRAINS["grams"] * 1000, "tonnes": GRAINS["grams"] * 10**6,
    "carats": GRAINS["grams"] / 5,
}  # fmt: skip
MILLISECONDS = {
    "milliseconds": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000,
    "weeks": 604_800_000, "fortnights": 1_209_600_000,
}  # fmt: skip
METRES_PER_DAY = {
    "kilometres per hour": 24_000, "metres per second": 86_400, "kilometres per minute": 1_440_000,
    "miles per hour": Fraction(24 * 1_609_344, 1000),
    "knots": 24 * 1852, "feet per second": Fraction(86_400 * 3048, 10_000),
}  # fmt: skip
CUBIC_MILLIMETRES = {
    "millilitres": 1000, "centilitres": 10_000, "litres": 10**6, "cubic metres": 10**9,
    "US gallons": 231 * Fraction(254, 10) ** 3,
    "imperial pints": Fraction(568_261_25, 100), "cubic feet": Fraction(3048, 10) ** 3,
}  # fmt: skip
BITS = {
    "bits": 1, "bytes": 8, "kilobytes": 8000, "megabytes": 8 * 10**6, "kibibytes": 2**13, "mebibytes": 2**23,
    "megabits": 10**6,
}  # fmt: skip
TABLES = {
    "length": INCHES, "mass": GRAINS, "time": MILLISECONDS, "speed": METRES_PER_DAY,
    "volume": CUBIC_MILLIMETRES, "data": BITS,
}  # fmt: skip


def read_conversion(text):
    """Value, old unit and new unit of a question."""
    text = re.sub(r" \([^)]*\)", "", text)
    for form in (
        r"Convert (?P<v>\S+) (?P<o>.+) to (?P<n>.+?)\. ",
        r"How many (?P<n>.+) are (?P<v>\S+) (?P<o>.+)\? ",
        r"Express (?P<v>\S+) (?P<o>.+) in (?P<n>.+?)\. ",
        r"A display shows (?P<v>\S+) (?P<o>.+?)\. What would it show in (?P<n>.+)\? ",
    ):
        if found := re.match(form, text):
            return Fraction(found["v"]), found["o"], found["n"]
    raise AssertionError(text)


@pytest.mark.parametrize("kind", TABLES)
def test_conversions_are_right(kind):
    for row in rows_of("units", kind):
        value, old, new = read_conversion(row["instruction"])
        exact = value * TABLES[kind][old] / TABLES[kind][new]
        assert abs(exact - Fraction(row["response"])) < Fraction(1, 200)
        assert re.fullmatch(r"\d+\.\d\d", row["response"])


def test_temperatures_are_right():
    to_rankine = {
        "kelvins": lambda t: t * Fraction(9, 5),
        "degrees Celsius": lambda t: t * Fraction(9, 5) + Fraction(49_167, 100),
        "degrees Fahrenheit": lambda t: t + Fraction(45_967, 100),
        "degrees Rankine": lambda t: t,
    }
    for row in rows_of("units", "temperature"):
        value, old, new = read_conversion(row["instruction"])
        assert abs(to_rankine[old](value) - to_rankine[new](Fraction(row["response"]))) < Fraction(1, 100)


# Logic: the text read again, and every case tried.


def test_truths_are_right():
    for row in rows_of("logic", "truth"):
        facts = {name: value == "true" for name, value in re.findall(r"\b([A-Z]) is (true|false)", row["instruction"])}
        statement = row["instruction"].split("and", len(facts) - 1)[-1]
        statement = re.search(r"(?:true: |, is |Does )(.*?)(?: true\?| hold\?|\? Answer)", statement).group(1)
        assert (row["response"] == "yes") is truth_of(statement, facts)


def truth_of(text, facts):
    """Evaluate a fully bracketed statement from its innermost bracket outwards."""
    text = re.sub(r"\b[A-Z]\b", lambda found: str(int(facts[found.group()])), text)
    rules = {
        r"\(not (\d)\)": lambda a: 1 - a,
        r"\((\d) and (\d)\)": lambda a, b: a * b,
        r"\((\d) or (\d) or both\)": lambda a, b: max(a, b),
        r"\(either (\d) or (\d) but not both\)": lambda a, b: (a + b) % 2,
        r"\((\d) if and only if (\d)\)": lambda a, b: 1 - (a + b) % 2,
    }
    while not text.isdigit():
        before = text
        for form, rule in rules.items():
            text = re.sub(form, lambda found, rule=rule: str(rule(*map(int, found.groups()))), text)
        assert text != before, text
    return text == "1"


CLAIMS = [
    (r"(\w+) is a knight", lambda knights, me, who: knights[who]),
    (r"(\w+) is a knave", lambda knights, me, who: not knights[who]),
    (r"(\w+) and I are of different kinds", lambda knights, me, who: knights[who] != knights[me]),
    (r"(\w+) and (\w+) are of the same kind", lambda knights, me, a, b: knights[a] == knights[b]),
    (r"at least one of (\w+) and me is a knave", lambda knights, me, who: False in (knights[who], knights[me])),
    (r"(\w+) and I are both knaves", lambda knights, me, who: not (knights[who] or knights[me])),
]


def holds(knights, speaker, said):
    for form, rule in CLAIMS:
        if found := re.fullmatch(form, said):
            return rule(knights, speaker, *found.groups())
    raise AssertionError(said)


def test_knights_and_knaves_have_one_solution_and_it_is_the_answer():
    for row in rows_of("logic", "knights"):
        said = re.findall(r'(\w+) says: "(.*?)\."', row["instruction"])
        people = [name for name, _ in said]
        cases = [dict(zip(people, kinds, strict=True)) for kinds in product((True, False), repeat=len(people))]
        fits = [case for case in cases if all(holds(case, name, claim) == case[name] for name, claim in said)]
        asked = re.search(r"Is (\w+) a knight or", row["instruction"]).group(1)
        assert [case[asked] for case in fits] == [row["response"] == "knight"]


SENTENCE = r"(All|No|Some) (\w+) are (not )?(\w+)"


def means(sentence, groups):
    """Truth of a sentence where each group is a set of members."""
    form, one, negated, other = sentence
    left, right = groups[one], groups[other]
    return {"All": left <= right, "No": not left & right, "Some": bool(left - right if negated else left & right)}[form]


def test_syllogisms_are_right():
    # A world is a choice of the eight sorts of people there can be: each in or out of each group.
    sorts = list(product((0, 1), repeat=3))
    worlds = [[sort for sort, kept in zip(sorts, chosen, strict=True) if kept] for chosen in product((0, 1), repeat=8)]
    for row in rows_of("logic", "syllogism", size=60):
        first, second, conclusion = re.findall(SENTENCE, row["instruction"])
        nouns = sorted({first[1], first[3], second[1], second[3]})
        found = set()
        for world in worlds:
            groups = {noun: {n for n, sort in enumerate(world) if sort[place]} for place, noun in enumerate(nouns)}
            if all(groups.values()) and means(first, groups) and means(second, groups):
                found.add(means(conclusion, groups))
        assert row["response"] == {(True,): "yes", (False,): "no"}.get(tuple(found), "cannot be known")


def test_orders_leave_one_answer():
    for row in rows_of("logic", "order", size=120):
        clues = re.findall(r"(\w+) is (?:taller|older|faster) than (\w+)\.", row["instruction"])
        people = re.search(r"The people are ([^;]*);", row["instruction"]).group(1).split(", ")
        ways = [way for way in permutations(people) if all(way.index(a) < way.index(b) for a, b in clues)]
        place = (
            1
            if "second" in row["instruction"]
            else -1
            if re.search("shortest|youngest|slowest", row["instruction"])
            else 0
        )
        assert {way[place] for way in ways} == {row["response"]}
