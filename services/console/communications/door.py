"""/communications, as Mambu's own API has it (Mambu API v2, communications)."""

from flask_smorest import Blueprint

from services.console.communications.desk import CommunicationsDesk
from services.console.communications.log import Log
from services.console.communications.once import Idempotency
from services.console.communications.refusals import refuse
from services.console.communications.resend_views import add_resend_views
from services.console.communications.resending import Resending
from services.console.communications.search_views import add_search_views
from services.console.doors import Door


def communications_door(desk: CommunicationsDesk, log: Log, resending: Resending, idempotency: Idempotency) -> Door:
    blueprint = Blueprint("communications", __name__, description="What went out, as Mambu's communications API")
    add_search_views(blueprint, desk, log)
    add_resend_views(blueprint, desk, resending, idempotency)
    return Door("/communications/", blueprint, refuse)
