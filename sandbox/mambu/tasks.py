"""Tasks for the lender's people, and the people themselves as far as a task needs them."""

import sqlite3

from flask import Blueprint, Response, request

from sandbox.mambu import paging, records, source
from sandbox.mambu.core import Core
from sandbox.mambu.dates import plain_date
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.faults import posted
from sandbox.mambu.reading import body_of
from sandbox.mambu.records import Document
from sandbox.mambu.wire import answer

TASK = "TASK"
MOST_TITLE = 256  # Mambu's Task, a model of 9.x
LINK_TYPES = frozenset(
    {
        "CLIENT",
        "GROUP",
        "LOAN_PRODUCT",
        "SAVINGS_PRODUCT",
        "CENTRE",
        "BRANCH",
        "USER",
        "LOAN_ACCOUNT",
        "DEPOSIT_ACCOUNT",
        "ID_DOCUMENT",
        "LINE_OF_CREDIT",
        "GL_JOURNAL_ENTRY",
    }
)
TEXTS = ("title", "description", "assignedUserKey", "taskLinkKey", "taskLinkType", "dueDate", "status")


def blueprint(core: Core) -> Blueprint:
    door = Blueprint("tasks", __name__, url_prefix="/api")

    @door.post("/tasks")
    def created() -> Response:
        body = body_of(request)

        def effect(db: sqlite3.Connection) -> Response:
            task = _task(core, db, body)
            records.add(db, TASK, task, task.get("taskLinkKey"))
            return answer(task, 201)

        return posted(core, request, effect)

    @door.get("/tasks")
    def every() -> Response:
        with core.store.reading() as db:
            rows = records.every(db, TASK)
            holder = _holder_key(db)
        status = request.args.get("status")
        wanted = [row for row in rows if status in (None, row["status"]) and holder in (None, row.get("taskLinkKey"))]
        return paging.page_answer(wanted)

    @door.get("/tasks/<task_id>")
    def one(task_id: str) -> Response:
        with core.store.reading() as db:
            task = records.find(db, TASK, task_id)
        if task is None:
            raise Refusal(Code.INVALID_TASK_ID, f"there is no task {task_id}", 404)
        return answer(task)

    @door.get("/users/<key>")
    def user(key: str) -> Response:
        """Anyone asked for exists: the sandbox keeps no users."""
        return answer({"encodedKey": key, "id": key, "username": key, "userState": "ACTIVE"})

    return door


def _holder_key(db: sqlite3.Connection) -> str | None:
    for kind, name in (("CLIENT", "clientId"), ("GROUP", "groupId")):
        if name in request.args:
            holder = records.find(db, kind, request.args[name])
            return holder["encodedKey"] if holder else ""
    return None


def _task(core: Core, db: sqlite3.Connection, body: object) -> Document:
    """Raises Refusal. Only the due date is required by the schema; new tasks are always open."""
    if not isinstance(body, dict):
        raise invalid("the body must be an object")
    for name in TEXTS:
        if body.get(name) is not None and not isinstance(body[name], str):
            raise invalid(f"{name} must be a text")
    plain_date(body.get("dueDate"), "dueDate")
    if len(body.get("title") or "") > MOST_TITLE:
        raise Refusal(Code.INVALID_TASK_TITLE_LENGTH, f"title may have {MOST_TITLE} characters")
    if (body.get("taskLinkKey") is None) != (body.get("taskLinkType") is None):
        raise invalid("taskLinkKey and taskLinkType travel together")
    if body.get("taskLinkType") not in (None, *LINK_TYPES):
        raise invalid(f"taskLinkType must be one of {', '.join(sorted(LINK_TYPES))}")
    given = {name: body[name] for name in TEXTS if body.get(name) is not None}
    return {
        **given,
        "id": records.count(db, TASK) + 1,  # an integer, unlike all other ids
        "encodedKey": source.next_key(db),
        "status": "OPEN",
        "creationDate": core.stamp(db),
        "lastModifiedDate": core.stamp(db),
        "createdByFullName": core.settings.user,
    }
