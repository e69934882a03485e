"""Every call proves who it is: Basic, or the header `apikey` of an API consumer."""

import hmac

from flask import Request

from sandbox.mambu.errors import Code, Refusal
from sandbox.mambu.settings import Settings


def authenticate(settings: Settings, request: Request) -> None:
    """Raises Refusal 401."""
    if not (_has_key(settings, request) or _has_password(settings, request)):
        raise Refusal(Code.INVALID_CREDENTIALS, status=401)


def _has_key(settings: Settings, request: Request) -> bool:
    return bool(settings.api_key) and _same(request.headers.get("apikey", ""), settings.api_key)


def _has_password(settings: Settings, request: Request) -> bool:
    given = request.authorization
    if given is None or given.type != "basic":
        return False
    same_user = _same(given.username or "", settings.user)
    return _same(given.password or "", settings.password) and same_user


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
