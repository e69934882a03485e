"""The steps that change nothing outside: they read, apply a rule, and answer with an event, a wait, or a flag."""

from collections.abc import Callable, Mapping
from typing import Any

from services.worker.handlers.decisions.address import address
from services.worker.handlers.decisions.check_closure import check_closure
from services.worker.handlers.decisions.confirm_with_core import confirm_with_core, route_order
from services.worker.handlers.decisions.link_account import await_account, link_account
from services.worker.handlers.decisions.locate_loan import find_posting, locate_loan
from services.worker.handlers.decisions.or_parked import Decision
from services.worker.handlers.hub.publish import publish
from services.worker.handlers.office import Office
from shared.domain.flows import Step

# Each takes the kind of flow whose steps name it.
DECISIONS: Mapping[Step, Callable[[Any, Office], Decision]] = {
    Step.ROUTE: route_order,
    Step.CONFIRM: confirm_with_core,
    Step.LINK: link_account,
    Step.AWAIT_ACCOUNT: await_account,
    Step.LOCATE_LOAN: locate_loan,
    Step.FIND_POSTING: find_posting,
    Step.CHECK_CLOSURE: check_closure,
    Step.ADDRESS: address,
    Step.PUBLISH: publish,
}
