"""Begin a flow, and tell one what happened: each is followed by whatever must be done next."""

from services.worker.handlers.advance import advance
from services.worker.handlers.office import Office
from services.worker.handlers.results import Result
from shared.domain.events import Event
from shared.domain.flows import Flow
from shared.domain.meanings import Unrecognised
from shared.domain.transitions import contradicts


def begin(flow: Flow, cause: str, office: Office) -> str:
    """Store the flow unless it is known. Whoever is first, it is the same: its id is made of the webhook's own keys."""
    if office.journal.load(flow.id) is None:
        office.move(flow, flow, "received", cause, office.clock.now())
    advance(flow.id, office)
    return flow.id


def report(flow_id: str, event: Event, cause: str, office: Office) -> Result:
    """Tell a flow that is there what happened; a person must look when that cannot be."""
    flow = office.apply(flow_id, event, cause)
    if flow and contradicts(flow.state, event):
        return Unrecognised("contradiction", f"{type(event).__name__} came for {flow_id}, which is {flow.state}")
    advance(flow_id, office)
    return flow_id
