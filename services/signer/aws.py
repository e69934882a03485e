"""Clients of AWS that never wait long, with the pod's own role; region and AWS_ENDPOINT_URL as boto3 reads them."""

from typing import Any

from boto3.session import Session  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

AWS_ERRORS = (BotoCoreError, ClientError)
CONNECT_SECONDS, READ_SECONDS = 1.0, 3.0


def aws_client(service: str, *, read_seconds: float = READ_SECONDS, connections: int = 10) -> Any:
    """Tries twice at most. Raises AWS_ERRORS, as do its methods."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=connections,
    )
    return Session().client(service, config=config)


def reason_of(error: Exception) -> str:
    """AWS's own code such as AccessDenied, else the kind of the error. Their messages may hold addresses and roles."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "ClientError"))
    return type(error).__name__
