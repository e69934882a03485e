"""What every endpoint asks first: who calls, whether there is such a bank, and whether they may."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.console.access.caller import Caller
from services.console.access.credentials import LoginError, obp_credential
from services.console.access.flask_request import caller_of
from services.console.access.gatekeeper import Gatekeeper
from services.console.access.roles import Role
from services.console.obp.refusals import bank_unknown, not_logged_in, role_missing


@dataclass(frozen=True, slots=True)
class ObpDesk:
    gatekeeper: Gatekeeper
    banks: Sequence[str]

    def login(self) -> Caller:
        """Raises ObpRefusal."""
        try:
            return caller_of(self.gatekeeper, obp_credential)
        except LoginError as error:
            raise not_logged_in(error.fault) from error

    def demand(self, caller: Caller, role: Role, bank_id: str = "") -> None:
        """The bank comes first: no role can be given at one that is not there. Raises ObpRefusal."""
        if bank_id and bank_id not in self.banks:
            raise bank_unknown(bank_id)
        if not caller.has(role, bank_id):
            raise role_missing(role, bank_id)
