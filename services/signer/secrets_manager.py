"""The callers' credential in AWS Secrets Manager: the hosted connector's JSON secret, read as it stands."""

import json
from typing import Any

from services.signer.aws import AWS_ERRORS, aws_client, reason_of

TOKEN_KEY = "authorizationTokenAWS"  # noqa: S105  the name of a key
SECRET_KEYS = ("secretKey", "signatureSecretKey")


class SecretRefusedError(Exception):
    """The secret cannot be read or used; the message is one sentence, without the secret."""


def read_secret(secret_id: str) -> tuple[str, str]:
    """(token, secret key), each of one line or two. Raises SecretRefusedError."""
    where = f"SECRET_ID {secret_id}"
    try:
        text = aws_client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"]
        document = json.loads(text)
    except AWS_ERRORS as error:
        raise SecretRefusedError(
            f"{where} cannot be read ({reason_of(error)}): check name, role and network."
        ) from error
    except (KeyError, ValueError):
        document = None
    if not isinstance(document, dict):
        raise SecretRefusedError(f"{where} is not a JSON object: give it {TOKEN_KEY} and {SECRET_KEYS[0]}.")
    secret_key = next((key for key in SECRET_KEYS if key in document), SECRET_KEYS[0])
    return _lines(document, TOKEN_KEY, where), _lines(document, secret_key, where)


def _lines(document: dict[str, Any], key: str, where: str) -> str:
    """A text, or a list of two while it changes."""
    value = document.get(key)
    values = value if isinstance(value, list) else [value]
    texts = [item for item in values if isinstance(item, str) and item.strip()]
    if not texts or len(texts) != len(values):
        raise SecretRefusedError(f"{where}: {key} must be a text, or a list of two while it changes.")
    return "\n".join(texts)
