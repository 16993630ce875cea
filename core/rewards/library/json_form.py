"""The JSON reward: whether a solution is JSON of the wanted kind, keys and values."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from core.jsonfile import JsonObject
from core.rewards.base import Component, Example, Score, excerpt, weighted, wrong
from core.rewards.library.answers import NO_SOLUTION
from core.rewards.text.normal import normal_form
from core.rewards.text.prose import copy_problem

FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)```", re.DOTALL)
DEEPEST = 64
"""Levels of nesting; real data has a few, and a thousand would end in a RecursionError."""
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
JSON_PARTS = (
    Component("agreement", 1.0, "F1 of the values it shares with a reference in JSON; 1 when there is none."),
    Component("keys", 0.0, "Share of the required keys that are there, of the required type."),
    Component("valid", 0.0, "It parses, is of the wanted kind, and holds something."),
)


def json_output(
    response: str, reference: str, example: Example, *, kind: str = "object", required_keys: str = ""
) -> Score:
    """1 when the solution, or the one ```json block in it, is JSON of `kind` that fits; 0 when it does not parse.

    It is multiplied by the share of `required_keys` ("name:string, age:number"; in an array, those of every object)
    and, when the reference is JSON too, by the F1 of the values at their places. Duplicate keys, NaN, empty data,
    more than 64 levels, and the instruction itself count as no JSON.
    Source: RFC 8259; section 4 leaves duplicate keys undefined, so they are refused.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    try:
        data = parsed(solution, kind)
        mine = leaves(data)
    except (ValueError, RecursionError) as error:
        return Score(0.0, f"{excerpt(solution)} is no such JSON: {error}", {"agreement": 0, "keys": 0, "valid": 0})
    target = _reference(reference)
    if target is None and (problem := copy_problem(solution, example.instruction)):
        return Score(0.0, problem, {"agreement": 0, "keys": 0, "valid": 0})
    keys, missing = keys_share(data, required_keys)
    agreement = 1.0 if target is None else shared_values(mine, leaves(target))
    told = [f"missing or of another type: {', '.join(missing)}"] if missing else []
    told += [f"agrees {agreement:.0%} with the reference"] if target is not None else []
    return weighted({"agreement": agreement, "keys": keys, "valid": 1.0}, JSON_PARTS, "; ".join(["valid JSON", *told]))


def parsed(text: str, kind: str) -> Any:
    """The data in `text`, alone or in its one fenced block.

    Raises:
        ValueError: It is no strict JSON, not of `kind`, or empty.
    """
    blocks = FENCED.findall(text)
    if len(blocks) > 1:
        raise ValueError(f"it holds {len(blocks)} fenced blocks")
    data = json.loads(blocks[0] if blocks else text, object_pairs_hook=_object, parse_constant=_constant)
    wanted = {"object": dict, "array": list, "any": object}[kind]
    if not isinstance(data, wanted):
        raise ValueError(f"it is not an {kind}")
    if data in ({}, [], "", None):
        raise ValueError("it is empty")
    return data


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise ValueError(f"the key {twice[:40]!r} stands twice in one object")
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _reference(reference: str) -> Any:
    """The reference's data when it is a JSON object or array, else None."""
    try:
        data = json.loads(reference)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict | list) else None


def leaves(data: Any) -> Counter[tuple[str, str]]:
    """The values in `data` with their places, as texts ("/items/0/name", "apple"); an empty container is a value.

    Raises:
        ValueError: It has more than 64 levels.
    """
    found: Counter[tuple[str, str]] = Counter()
    level = [("", data)]
    for _ in range(DEEPEST + 1):
        below = []
        for place, value in level:
            if isinstance(value, dict | list) and value:
                pairs = value.items() if isinstance(value, dict) else enumerate(value)
                below += [(f"{place}/{key}", part) for key, part in pairs]
            else:
                found[place, f'"{value}"' if isinstance(value, str) else normal_form(json.dumps(value))] += 1
        if not below:
            return found
        level = below
    raise ValueError(f"it has more than {DEEPEST} levels")


def shared_values(mine: Counter[tuple[str, str]], theirs: Counter[tuple[str, str]]) -> float:
    """F1, from 0 to 1, of the values that stand at one place in both; 56 and 56.0 are equal, "56" is not."""
    return 2 * sum((mine & theirs).values()) / (sum(mine.values()) + sum(theirs.values()))


def keys_share(data: Any, required: str) -> tuple[float, list[str]]:
    """The share of the required keys that `data` has, and the missing ones; in an array, in every object of it.

    Raises:
        ValueError: A required type is none of JSON's.
    """
    wanted = [part.strip().partition(":") for part in required.split(",") if part.strip()]
    if unknown := {kind.strip() for _, colon, kind in wanted if colon} - TYPES.keys():
        raise ValueError(f"{unknown.pop()!r} is no JSON type; the types are {', '.join(TYPES)}")
    objects = data if isinstance(data, list) else [data]
    missing = [name.strip() for name, _, kind in wanted if not all(_has(item, name, kind) for item in objects)]
    return (1 - len(missing) / len(wanted) if wanted else 1.0), missing


def _has(item: Any, name: str, kind: str) -> bool:
    if not isinstance(item, dict) or name.strip() not in item:
        return False
    value, kind = item[name.strip()], kind.strip()
    if kind == "number" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES.get(kind, object))
