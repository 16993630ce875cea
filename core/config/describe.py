"""The schema as data: fields with type, unit, typical range and help, for the form, the table and the tests; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydantic_core import PydanticUndefined

from core.config.base import Section
from core.config.run import RunConfig


@dataclass(frozen=True)
class FieldDescription:
    """One setting as people meet it; `name` is dotted, `default` a JSON value."""

    name: str
    type: str
    default: Any
    unit: str
    typical: str
    tier: str
    help: str


def describe() -> list[FieldDescription]:
    """Every setting of RunConfig, in the order of the documented file."""
    return list(_walk(RunConfig, ""))


def as_schema() -> dict:
    """The form's description: the JSON Schema, and the fields with their tiers."""
    return {"schema": RunConfig.model_json_schema(), "fields": [asdict(field) for field in describe()]}


def markdown_table() -> str:
    """The settings as a Markdown table for the README."""
    lines = ["| setting | type | default | unit | typical | meaning |", "| --- | --- | --- | --- | --- | --- |"]
    for field in describe():
        default = json.dumps(field.default)
        cells = (f"`{field.name}`", field.type, f"`{default}`", field.unit, field.typical, field.help)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _walk(section: type[Section], prefix: str) -> Iterator[FieldDescription]:
    properties = section.model_json_schema(mode="serialization")["properties"]
    for name, info in section.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            yield from _walk(info.annotation, f"{prefix}{name}.")
            continue
        extra = info.json_schema_extra or {}
        default = info.default if info.default is not PydanticUndefined else info.default_factory()
        yield FieldDescription(
            name=prefix + name,
            type=_type_text(properties[name]),
            default=list(default) if isinstance(default, tuple) else default,
            unit=extra.get("unit", ""),
            typical=extra.get("typical", ""),
            tier=extra.get("tier", "advanced"),
            help=" ".join((info.description or "").split()),
        )


def _type_text(schema: dict) -> str:
    if "anyOf" in schema:
        return " or ".join(_type_text(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return "list"
    return {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false"}.get(
        schema.get("type", ""), schema.get("type", "object")
    )
