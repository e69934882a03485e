"""/v1/deliveries and /v1/resends: the log in full, and many resent at once."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.console.access.roles import Role
from services.console.communications.log import Log
from services.console.communications.log_search import LogSearch
from services.console.communications.messages import AttemptJson
from services.console.communications.resending import Resending
from services.console.communications.schemas import (
    ActJson,
    DeliveriesJson,
    DeliveryArguments,
    ResendAnswerJson,
    ResendJson,
    ResendPostJson,
    WholeDeliveryJson,
)
from services.console.doors import Door
from services.console.v1.desk import Desk
from services.console.v1.document import takes
from services.console.v1.problems import problem, refuse
from services.console.v1.reading import arguments, json_object, loaded
from shared.domain.hub.search import Resend

_READ, _RESEND = f"Role {Role.READ_COMMUNICATIONS}.", f"Role {Role.RESEND_COMMUNICATIONS}."
_WHOLE, _ATTEMPTS, _ACTS, _ANSWER = WholeDeliveryJson(), AttemptJson(many=True), ActJson(many=True), ResendAnswerJson()


def deliveries_door(desk: Desk, log: Log, resending: Resending) -> Door:
    blueprint = Blueprint("deliveries", __name__, description="Every delivery, and having those that failed resent")
    _add_deliveries(blueprint, desk, log)
    _add_resends(blueprint, desk, resending)
    return Door("/v1/", blueprint, refuse)


def _add_deliveries(blueprint: Blueprint, desk: Desk, log: Log) -> None:
    asked = DeliveryArguments()

    @blueprint.get("/v1/deliveries")
    @blueprint.response(200, DeliveriesJson)
    @takes(blueprint, _READ, query=asked)
    def list_deliveries() -> Any:
        """List deliveries; state, trigger and failure_reason may come more than once"""
        desk.login_with(Role.READ_COMMUNICATIONS)
        query, offset, limit, newest_first = arguments(asked)
        search = LogSearch(query)
        page = log.page(search, offset, limit, newest_first=newest_first)
        return {"deliveries": page.deliveries, "total": log.total(search, page), "is_cut": page.is_cut}

    @blueprint.get("/v1/deliveries/<delivery_id>")
    @blueprint.alt_response(200, schema=WholeDeliveryJson)
    @takes(blueprint, _READ)
    def get_delivery(delivery_id: str) -> Response:
        """Show one: what it says, every attempt, what people did to it"""
        desk.login_with(Role.READ_COMMUNICATIONS)
        found = log.deliveries.load(delivery_id)
        if found is None:
            raise problem(404, "", "There is no such delivery; it may have been released.")
        told = _WHOLE.dump(found)
        told["log"] = _ATTEMPTS.dump(log.deliveries.attempts(delivery_id))
        told["history"] = _ACTS.dump(log.deliveries.history(delivery_id))
        return jsonify(told)


def _add_resends(blueprint: Blueprint, desk: Desk, resending: Resending) -> None:
    wanted = ResendPostJson()

    @blueprint.post("/v1/resends")
    @blueprint.alt_response(200, schema=ResendAnswerJson)
    @blueprint.alt_response(202, schema=ResendAnswerJson)
    @takes(blueprint, _RESEND, wanted)
    def resend_deliveries() -> Any:
        """Count those that failed, and with confirm have them resent, some at a time"""
        caller = desk.login_with(Role.RESEND_COMMUNICATIONS)
        given = loaded(wanted, json_object())
        if given["confirm"] and not given["reason"].strip():
            raise problem(400, "reason", "Say why: it is kept with the resend.")
        count, is_more = resending.count(given["query"])
        if not given["confirm"] or not count:
            return _ANSWER.dump({"count": count, "is_more": is_more, "resend": None})
        job = resending.begin(caller, given["query"], given["reason"], count)
        return _ANSWER.dump({"count": count, "is_more": is_more, "resend": job}), 202

    @blueprint.get("/v1/resends/<resend_id>")
    @blueprint.response(200, ResendJson)
    @takes(blueprint, _RESEND)
    def get_resend(resend_id: str) -> Resend:
        """How far a resend has come"""
        desk.login_with(Role.RESEND_COMMUNICATIONS)
        found = resending.resends.load(resend_id)
        if found is None:
            raise problem(404, "", "There is no such resend.")
        return found
