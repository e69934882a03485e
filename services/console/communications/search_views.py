"""`:search`, `:searchSorted` and one message by its key."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.console.access.roles import Role
from services.console.communications.asked import as_object, json_body, paging, wants_full
from services.console.communications.criteria import read_criteria
from services.console.communications.desk import CommunicationsDesk
from services.console.communications.document import takes
from services.console.communications.log import Log
from services.console.communications.log_search import search_of
from services.console.communications.messages import (
    AttemptJson,
    FilterJson,
    FullMessageJson,
    MessageJson,
    SortedSearchJson,
)
from services.console.communications.refusals import Code, MambuRefusal, invalid

# All the same with every message of ours, and so no order but that of creation.
_SORTED = ("creationDate", "type", "senderKey", "clientKey", "groupKey", "userKey")
_MESSAGE, _ATTEMPTS = MessageJson(), AttemptJson(many=True)


def add_search_views(blueprint: Blueprint, desk: CommunicationsDesk, log: Log) -> None:
    @blueprint.post("/communications/messages:search")
    @takes(blueprint, Role.READ_COMMUNICATIONS, FilterJson(many=True), MessageJson(many=True))
    def search_messages() -> Response:
        """Find messages, newest first"""
        desk.login_with(Role.READ_COMMUNICATIONS)
        return found(json_body(), newest_first=True)

    @blueprint.post("/communications/messages:searchSorted")
    @takes(blueprint, Role.READ_COMMUNICATIONS, SortedSearchJson(), MessageJson(many=True))
    def search_messages_sorted() -> Response:
        """Find messages in the order of their creation"""
        desk.login_with(Role.READ_COMMUNICATIONS)
        body = as_object(json_body())
        return found(body.get("filterCriteria"), newest_first=_is_newest_first(body.get("sortingCriteria")))

    @blueprint.get("/communications/messages/<key>")
    @takes(blueprint, Role.READ_COMMUNICATIONS, None, FullMessageJson())
    def get_message(key: str) -> Response:
        """Show one; with detailsLevel=FULL every attempt too"""
        desk.login_with(Role.READ_COMMUNICATIONS)
        delivery = log.deliveries.load(key)
        if delivery is None:
            raise MambuRefusal(404, Code.MESSAGE_NOT_FOUND, "There is no message of this key.")
        told = _MESSAGE.dump(delivery)
        if wants_full():
            told["attempts"] = _ATTEMPTS.dump(log.deliveries.attempts(key))
        return jsonify(told)

    def found(criteria: Any, *, newest_first: bool) -> Response:
        asked, search = paging(), search_of(read_criteria(criteria), log.now().date())
        wants_full()  # a search shows the same of each message either way
        page = log.page(search, asked.offset, asked.limit, newest_first=newest_first)
        answer = jsonify([_MESSAGE.dump(delivery) for delivery in page.deliveries])
        if page.is_cut:
            answer.headers["X-Search-Cut"] = "true"
        if asked.wants_total:
            answer.headers["Items-Limit"], answer.headers["Items-Offset"] = str(asked.limit), str(asked.offset)
            if (total := log.total(search, page)) is not None:
                answer.headers["Items-Total"] = str(total)
        return answer


def _is_newest_first(sorting: Any) -> bool:
    """Raises MambuRefusal."""
    if not isinstance(sorting, dict):
        raise invalid("sortingCriteria is an object with field and order.")
    field, order = sorting.get("field"), str(sorting.get("order") or "DESC").upper()
    if field not in _SORTED:
        raise invalid(f"The log is sorted by creationDate; {str(field)[:50]} has no order in it.")
    if order not in ("ASC", "DESC"):
        raise invalid("order is ASC or DESC.")
    return order == "DESC"
