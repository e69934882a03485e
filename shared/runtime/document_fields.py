"""What the lender's JSON documents have in common: how a file is read, and the forms their texts may have."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields

from shared.runtime.settings import SettingsError


class Text(fields.String):
    """Non-empty text on one line, without spaces around it; None when it is empty and may be."""

    default_error_messages = {
        "null": "is null, and must be text.",
        "invalid": "must be text (all values of the document are texts).",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text and self.required:
            raise ValidationError("is empty: give it a value.")
        if text != text.strip() or "\n" in text:
            raise ValidationError("begins or ends with a space or holds a line break: remove it.")
        return text or None


class MayBeEmpty(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return "" if value == "" else super()._deserialize(value, attr, data, **kwargs)


class Switch(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in ("true", "false"):
            raise ValidationError('must be the text "true" or "false".')
        return text == "true"


class Url(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text, re.IGNORECASE):
            raise ValidationError("must be an http or https URL without query.")
        return text.rstrip("/")


class DocumentSchema(Schema):
    """One JSON object with known keys; `document` is its name in sentences."""

    document: ClassVar[str]

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["unknown"] = f"is not a key of the {self.document}: remove or correct it."

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:  # noqa: ARG002
        field_obj.error_messages["required"] = f"is missing: add it, see the {self.document}'s reference page."


def load_document(path: Path, schema: DocumentSchema, setting: str) -> Any:
    """What the schema makes of the file. Raises SettingsError with one sentence for every key that is wrong.

    `setting` names the file in those sentences.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_refuse_repeated_keys)
    except OSError as error:
        raise SettingsError([f"{setting} {path} cannot be read ({error.strerror}): give a readable file."]) from error
    except ValueError as error:
        raise SettingsError([f"{setting} {path} is not a JSON document: {error}."]) from error
    try:
        return schema.load(document)
    except ValidationError as error:
        raise SettingsError([f"{setting}: {sentence}" for sentence in _sentences(error)]) from error


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if repeated := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"it gives {', '.join(repeated)} more than once")
    return dict(pairs)


def _sentences(error: ValidationError) -> list[str]:
    messages = error.messages
    if not isinstance(messages, dict) or "_schema" in messages:
        return ["must be one JSON object."]
    return [f"{key} {messages[key][0]}" for key in sorted(messages)]
