"""The schema as data: fields with type, unit, typical range and help, for the form, the table and the tests; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic.fields import FieldInfo
from typing_extensions import TypedDict

from core.config.algorithms import AlgorithmWords, words
from core.config.run import RunConfig
from core.generation.sampling import Sampling
from core.jsonfile import JsonObject
from core.schema import Section

Kind = Literal["integer", "number", "text", "choice", "boolean", "list", "object"]

KINDS: dict[str, Kind] = {
    "integer": "integer",
    "number": "number",
    "string": "text",
    "boolean": "boolean",
    "array": "list",
    "object": "object",
}
"""Type in JSON Schema -> kind of input."""


@dataclass(frozen=True)
class Bounds:
    """The values that a setting may have.

    Attributes:
        kind: The kind of input. A list that may also be one word has the word in `choices`.
        nullable: Whether null is allowed.
        choices: The allowed values; empty if they are not listed.
        exclusive_minimum: Whether the minimum itself is not allowed.
        exclusive_maximum: Whether the maximum itself is not allowed.
    """

    kind: Kind
    nullable: bool = False
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False


class ShownField(TypedDict):
    """One setting as a form reads it; see FieldDescription and Bounds."""

    name: str
    type: str
    default: Any
    unit: str
    typical: str
    tier: str
    help: str
    section: str
    kind: Kind
    nullable: bool
    choices: tuple[Any, ...]
    minimum: float | None
    maximum: float | None
    exclusive_minimum: bool
    exclusive_maximum: bool


@dataclass(frozen=True)
class FieldDescription:
    """One setting for people; `name` is dotted, `default` a JSON value."""

    name: str
    type: str
    default: Any
    unit: str
    typical: str
    tier: str
    help: str
    bounds: Bounds

    @property
    def section(self) -> str:
        """The section of the setting; empty for none."""
        return self.name.rpartition(".")[0].partition(".")[0]

    def as_dict(self) -> ShownField:
        """The description as one flat JSON object."""
        plain: Any = {**vars(self), "section": self.section, **asdict(self.bounds)}
        del plain["bounds"]
        shown: ShownField = plain
        return shown


def describe(section: type[Section] = RunConfig) -> list[FieldDescription]:
    """Every setting of RunConfig, in the order of the documented file, or of another part of the schema."""
    return list(_walk(section, ""))


class SchemaPayload(TypedDict):
    """The data of a form: the JSON Schema, the settings of a run and of sampling, and the algorithms."""

    schema: JsonObject
    fields: list[ShownField]
    algorithms: list[AlgorithmWords]
    sampling: list[ShownField]


@lru_cache
def as_schema() -> SchemaPayload:
    """The form's description: the JSON Schema, and the fields with their tiers."""
    return {
        "schema": RunConfig.model_json_schema(),
        "fields": [field.as_dict() for field in describe()],
        "algorithms": words(),
        "sampling": [field.as_dict() for field in describe(Sampling)],
    }


def markdown_table() -> str:
    """The settings as a Markdown table for docs/settings.md."""
    lines = ["| setting | type | default | unit | typical | meaning |", "| --- | --- | --- | --- | --- | --- |"]
    for field in describe():
        default = json.dumps(field.default)
        cells = (f"`{field.name}`", field.type, f"`{default}`", field.unit, field.typical, field.help)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _words_of(info: FieldInfo) -> JsonObject:
    """The unit, typical values and tier that `knob` has added."""
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _walk(section: type[Section], prefix: str) -> Iterator[FieldDescription]:
    properties = section.model_json_schema(mode="serialization")["properties"]
    for name, info in section.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            yield from _walk(info.annotation, f"{prefix}{name}.")
            continue
        extra = _words_of(info)
        default = info.get_default(call_default_factory=True)
        yield FieldDescription(
            name=prefix + name,
            type=_type_text(properties[name]),
            default=list(default) if isinstance(default, tuple) else default,
            unit=extra.get("unit", ""),
            typical=extra.get("typical", ""),
            tier=extra.get("tier", "advanced"),
            help=" ".join((info.description or "").split()),
            bounds=bounds_of(properties[name]),
        )


def bounds_of(schema: JsonObject) -> Bounds:
    """The bounds in the JSON Schema of a setting; null, or a word next to another type, is in anyOf."""
    parts = schema.get("anyOf", [schema])
    given = [part for part in parts if part.get("type") != "null"]
    words = [word for part in given for word in part.get("enum", [part["const"]] if "const" in part else [])]
    plain = [part for part in given if "enum" not in part and "const" not in part]
    kind = KINDS[plain[0].get("type", "object")] if plain else "choice"
    limits = plain[0] if plain else {}
    return Bounds(
        kind=kind,
        nullable=len(given) < len(parts),
        choices=tuple(words),
        minimum=limits.get("minimum", limits.get("exclusiveMinimum")),
        maximum=limits.get("maximum", limits.get("exclusiveMaximum")),
        exclusive_minimum="exclusiveMinimum" in limits,
        exclusive_maximum="exclusiveMaximum" in limits,
    )


def _type_text(schema: JsonObject) -> str:
    if "anyOf" in schema:
        return " or ".join(_type_text(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return "list"
    kind: str = schema.get("type", "object")
    return {"string": "text", "boolean": "true or false"}.get(kind, kind)
