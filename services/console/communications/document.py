"""How an endpoint of Mambu's stands in the OpenAPI document. Nothing here checks."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from services.console.access.roles import Role
from services.console.communications.messages import MambuErrorsJson

View = TypeVar("View", bound=Callable[..., object])


def takes(
    blueprint: Blueprint, role: Role, body: Schema | None, answer: Schema | None, status: int = 200
) -> Callable[[View], View]:
    told: dict[str, Any] = {"description": "Done"}
    if answer:
        told["content"] = _json(answer)
    said: dict[str, Any] = {
        "description": f"Role {role}.",
        "responses": {str(status): told, "default": {"description": "Refused", "content": _json(MambuErrorsJson())}},
    }
    if body:
        said["requestBody"] = {"required": True, "content": _json(body)}
    documented: Callable[[View], View] = blueprint.doc(**said)
    return documented


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
