"""Who calls, in the present request of Flask."""

from collections.abc import Callable

from flask import g, request

from services.console.access.caller import Caller
from services.console.access.credentials import Credential, Headers
from services.console.access.gatekeeper import Gatekeeper


def caller_of(gatekeeper: Gatekeeper, read: Callable[[Headers], Credential]) -> Caller:
    """The caller, noted for the access log too. Raises LoginError."""
    caller = gatekeeper.admit(request.headers, read)
    g.caller = caller.name
    return caller
