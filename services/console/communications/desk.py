"""Who calls, and whether they may, told in Mambu's words."""

from dataclasses import dataclass

from services.console.access.caller import Caller
from services.console.access.credentials import LoginError, own_credential
from services.console.access.flask_request import caller_of
from services.console.access.gatekeeper import Gatekeeper
from services.console.access.roles import Role
from services.console.communications.refusals import Code, MambuRefusal


@dataclass(frozen=True, slots=True)
class CommunicationsDesk:
    gatekeeper: Gatekeeper

    def login_with(self, role: Role) -> Caller:
        """Raises MambuRefusal."""
        try:
            caller = caller_of(self.gatekeeper, own_credential)
        except LoginError as error:
            raise MambuRefusal(
                401, Code.INVALID_CREDENTIALS, f"Nobody is known by this: {error.fault.value}."
            ) from error
        if not caller.has(role):
            raise MambuRefusal(403, Code.INVALID_PERMISSIONS, f"You need the role {role}.")
        return caller
