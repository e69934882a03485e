"""How an endpoint stands in the OpenAPI document. Nothing here checks: the order of OBP's checks is its own."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from services.console.access.roles import REACH, Role
from services.console.obp.bodies import ErrorJson

View = TypeVar("View", bound=Callable[..., object])


def takes(
    blueprint: Blueprint, body: type[Schema] | None, role: Role, filters: Mapping[str, str] | None = None
) -> Callable[[View], View]:
    """`filters`: parameters of the query, each with its meaning."""
    said: dict[str, object] = {
        "description": f"Role {role}, held {REACH[role].value}.",
        "responses": {"default": {"description": "Refused", "content": {"application/json": {"schema": ErrorJson}}}},
    }
    if body:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if filters:
        said["parameters"] = [
            {"in": "query", "name": name, "description": meaning, "schema": {"type": "string"}}
            for name, meaning in filters.items()
        ]
    documented: Callable[[View], View] = blueprint.doc(**said)
    return documented
