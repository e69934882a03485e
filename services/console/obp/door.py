"""Open Bank Project's door: its endpoints, and one way to refuse for all that begins with /obp."""

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from services.console.doors import Door
from services.console.obp.account_webhooks import add_account_webhooks
from services.console.obp.desk import ObpDesk
from services.console.obp.notification_webhooks import add_notification_webhooks
from services.console.obp.refusals import ObpRefusal, not_found, not_json, unexpected
from services.console.obp.webhooks import Webhooks

_NAME_IN_QUOTES = str.maketrans("", "", '"\\')


def obp_door(desk: ObpDesk, webhooks: Webhooks) -> Door:
    blueprint = Blueprint("obp", __name__, description="The webhook API of the Open Bank Project")
    add_account_webhooks(blueprint, desk, webhooks)
    add_notification_webhooks(blueprint, desk, webhooks)
    return Door("/obp/", blueprint, refuse)


def refuse(error: Exception) -> Response:
    refusal = _refusal_of(error)
    answer = jsonify(code=refusal.status, message=refusal.message)
    answer.status_code = refusal.status
    if refusal.message.startswith("OBP-20001"):
        realm = f'realm="{request.host.translate(_NAME_IN_QUOTES)}"'
        answer.headers["WWW-Authenticate"] = f"OAuth {realm}, Bearer {realm}, DirectLogin {realm}"
    return answer


def _refusal_of(error: Exception) -> ObpRefusal:
    match error:
        case ObpRefusal():
            return error
        case RequestEntityTooLarge():
            return ObpRefusal(413, not_json("The body is too large.").message)
        case HTTPException(code=404 | 405):
            return not_found()
        case HTTPException():
            return unexpected(error.code or 500)
    return unexpected()
