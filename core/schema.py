"""`Section`, the base of every part of the schema, and `knob`, which declares one setting."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Tier = Literal["essential", "advanced", "expert"]


class Section(BaseModel):
    """One group of settings: unknown keys are errors, values can't change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


def knob(default: Any, *, unit: str = "", typical: str = "", tier: Tier = "advanced", **bounds: Any) -> Any:
    """One setting.

    Args:
        default: Its value when the configuration does not name it.
        unit: What the number counts, for the form and the table.
        typical: The range that usually works, in words.
        tier: Which page of the form shows it.
        bounds: Pydantic constraints (ge, gt, le, lt, min_length, pattern).
    """
    return Field(default, json_schema_extra={"unit": unit, "typical": typical, "tier": tier}, **bounds)
