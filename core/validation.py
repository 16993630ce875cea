"""shaped: a value as a pydantic model, or an error that names its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from core.errors import InvalidInput

Shape = TypeVar("Shape", bound=BaseModel)


def shaped(shape: type[Shape], value: Mapping[str, Any]) -> Shape:
    """`value` as `shape`.

    Raises:
        InvalidInput: It does not have this shape; `fields` names the problems.
    """
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        fields = {".".join(map(str, item["loc"])): item["msg"] for item in error.errors()}
        name, problem = next(iter(fields.items()))
        raise InvalidInput(f"{name}: {problem}.", "Correct the named fields and try again.", fields) from error
