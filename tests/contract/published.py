"""ClearBank's published contracts and webhook examples, where they lie beside this repository."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, ValidationError, validators  # type: ignore[import-untyped]

from tests.processes import ROOT

FOLDER = ROOT.parent / "shared" / "contracts" / "clearbank"
REASON = "ClearBank's contract files are not beside the repository (../shared/contracts/clearbank)"

needs_contracts = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)


def webhook_examples() -> list[Path]:
    return sorted((FOLDER / "webhooks").glob("*.json"))


def examples_a_lender_needs() -> set[str]:
    """The file names of the first table in the examples' own README."""
    readme = FOLDER / "webhooks" / "README.md"
    text = readme.read_text() if readme.is_file() else ""
    table = text.partition("## Types a GBP lender needs")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+\.json)` \|", table, re.MULTILINE))


def schema_of(file_name: str, schema_name: str) -> Any:
    """One schema of an OpenAPI file as it stands there."""
    return json.loads((FOLDER / file_name).read_text())["components"]["schemas"][schema_name]


def paths_of(file_name: str) -> set[tuple[str, str]]:
    """Method in capitals and path of every call in an OpenAPI file."""
    paths = json.loads((FOLDER / file_name).read_text())["paths"]
    return {(method.upper(), path) for path, calls in paths.items() for method in calls}


def validator_of(file_name: str, schema_name: str) -> Any:
    """Validates against one schema of an OpenAPI 3.0 file, whose dialect is close to JSON Schema draft 4."""
    document = json.loads((FOLDER / file_name).read_text())
    schema = {"$ref": f"#/components/schemas/{schema_name}", "components": document["components"]}
    return _WithArrayLimits(schema)


def _at_most(validator: Any, limit: int, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The files write the limits of arrays as maxLength, which JSON Schema knows for text only."""
    if isinstance(instance, list) and len(instance) > limit:
        yield ValidationError(f"{len(instance)} elements, and at most {limit} are allowed")
    yield from Draft4Validator.VALIDATORS["maxLength"](validator, limit, instance, schema)


def _at_least(validator: Any, limit: int, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, list) and len(instance) < limit:
        yield ValidationError(f"{len(instance)} elements, and at least {limit} are demanded")
    yield from Draft4Validator.VALIDATORS["minLength"](validator, limit, instance, schema)


_WithArrayLimits = validators.extend(Draft4Validator, {"maxLength": _at_most, "minLength": _at_least})
