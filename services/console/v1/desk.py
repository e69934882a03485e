"""Who calls, and whether they may."""

from dataclasses import dataclass

from services.console.access.caller import Caller
from services.console.access.credentials import LoginError, own_credential
from services.console.access.flask_request import caller_of
from services.console.access.gatekeeper import Gatekeeper
from services.console.access.roles import Grant, Role
from services.console.v1.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class Desk:
    gatekeeper: Gatekeeper

    def login(self) -> Caller:
        """Raises Problem."""
        try:
            return caller_of(self.gatekeeper, own_credential)
        except LoginError as error:
            reason = f"Nobody is known by this: {error.fault.value}; show your token as Bearer, as apikey, or by Basic."
            raise problem(401, "", reason) from error

    def login_with(self, role: Role) -> Caller:
        """Of somebody who holds it for the whole system. Raises Problem."""
        caller = self.login()
        if not caller.has(role):
            raise role_missing(role)
        return caller


def role_missing(role: Role, bank_id: str = "", field: str = "") -> Problem:
    return problem(403, field, f"You need the role {Grant(role, bank_id)}.")
