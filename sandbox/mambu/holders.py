"""Who holds a loan: clients and groups, read only for the API, made through the control door."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from sandbox.mambu import records, source
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal
from sandbox.mambu.paging import wants_full
from sandbox.mambu.records import Document
from sandbox.mambu.wire import answer

BRITISH_ADDRESS = {"line1": "1 Causeway Street", "city": "Bristol", "postcode": "BS1 4ST", "country": "GB"}
CLIENT, GROUP = "CLIENT", "GROUP"
NOT_FOUND = {CLIENT: Code.INVALID_CLIENT_ID, GROUP: Code.INVALID_GROUP_ID}


def blueprint(core: Core) -> Blueprint:
    door = Blueprint("holders", __name__, url_prefix="/api")

    @door.get("/clients/<id_or_key>")
    def client(id_or_key: str) -> Response:
        return _answered(CLIENT, id_or_key)

    @door.get("/groups/<id_or_key>")
    def group(id_or_key: str) -> Response:
        return _answered(GROUP, id_or_key)

    def _answered(kind: str, id_or_key: str) -> Response:
        full = wants_full()
        with core.store.reading() as db:
            return answer(records.shown(found(db, kind, id_or_key), full=full))

    return door


def found(db: sqlite3.Connection, kind: str, id_or_key: str) -> Document:
    """Raises Refusal 404."""
    holder = records.find(db, kind, id_or_key)
    if holder is None:
        raise Refusal(NOT_FOUND[kind], f"there is no {kind.lower()} {id_or_key}", 404)
    return holder


def add(core: Core, db: sqlite3.Connection, kind: str, given: Mapping[str, Any]) -> Document:
    """A new holder; what is not given gets a plausible value. Raises Refusal when its id is taken."""
    names = {"groupName": "Harbour Builders"} if kind == GROUP else {"firstName": "Jane", "lastName": "Smith"}
    key = source.next_key(db)
    number = f"{records.count(db, kind) + 1:06}{source.next_digits(db, 3)}"
    holder: Document = {
        "encodedKey": key,
        "id": number if kind == CLIENT else f"G{number}",
        **({"state": "ACTIVE"} if kind == CLIENT else {}),
        **names,
        "addresses": [{"encodedKey": source.next_key(db), "parentKey": key, **BRITISH_ADDRESS}],
        "preferredLanguage": "ENGLISH",
        "creationDate": core.stamp(db),
        "lastModifiedDate": core.stamp(db),
        **{name: value for name, value in given.items() if name != "encodedKey"},
    }
    if records.find(db, kind, str(holder["id"])):
        raise Refusal(Code.DUPLICATE_ID, f"there is a {kind.lower()} {holder['id']} already")
    records.add(db, kind, holder)
    return holder


def full_name(holder: Document) -> str:
    """There is no full name on a client: its parts are joined."""
    parts = (holder.get("groupName"), holder.get("firstName"), holder.get("middleName"), holder.get("lastName"))
    return " ".join(part for part in parts if part)
