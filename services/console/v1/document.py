"""How an endpoint stands in the OpenAPI document. Nothing here checks."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from services.console.v1.problems import ProblemJson

View = TypeVar("View", bound=Callable[..., object])


def takes(
    blueprint: Blueprint, needs: str, body: Schema | None = None, query: Schema | None = None
) -> Callable[[View], View]:
    """`needs` says who may call it."""
    said: dict[str, Any] = {
        "description": needs,
        "responses": {"default": {"description": "Refused", "content": {"application/json": {"schema": ProblemJson}}}},
    }
    if body:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if query:
        said["parameters"] = [{"in": "query", "schema": query}]
    documented: Callable[[View], View] = blueprint.doc(**said)
    return documented
