"""`users add|list|remove|role`: 0 done, 1 cannot be done (the sentence says why), 2 wrong settings."""

import argparse
import re
import secrets
import sys
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from redis.exceptions import RedisError
from rich.table import Table

from services.console.access.roles import Role, UnknownGrantError, parse_grant
from services.console.settings import UsersSettings, read_users_settings
from shared.domain.corruption import CorruptRecordError
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.runtime.tables import show
from shared.store.connection import connect
from shared.store.users import User, Users

TOKEN_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9._@+-]{1,100}")  # no colon, which would end it in Basic


class CannotBeDoneError(Exception):
    """The sentence says what was wrong and what to do."""


def add_to(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    add = commands.add_parser("add", help="a new user; prints the token, once and alone")
    add.add_argument("name")
    add.add_argument("--role", dest="roles", action="append", default=[], metavar="ROLE[@BANK]", help=", ".join(Role))
    commands.add_parser("list", help="all users with their roles")
    commands.add_parser("remove", help="a user is gone, and the token with it").add_argument("name")
    role = commands.add_parser("role", help="give a role to a user, or take it away")
    role.add_argument("change", choices=("add", "remove"))
    role.add_argument("name")
    role.add_argument("role", metavar="ROLE[@BANK]")


def run(asked: argparse.Namespace) -> int:
    """What the process answers."""
    try:
        settings = read_users_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    redis = connect(settings.redis_url, demand_durable=not settings.store.may_be_volatile)
    try:
        _ACTS[asked.act](asked, Users(redis), settings)
    except (CannotBeDoneError, UnknownGrantError, CorruptRecordError) as error:
        print(error, file=sys.stderr)
        return 1
    except RedisError as error:
        print(f"The store does not answer ({type(error).__name__}): is REDIS_URL right?", file=sys.stderr)
        return 1
    return 0


def _add(asked: argparse.Namespace, users: Users, settings: UsersSettings) -> None:
    if not _NAME.fullmatch(asked.name):
        raise CannotBeDoneError(f"{asked.name!r} is no name: take 1 to 100 letters, digits or . _ @ + -")
    roles = frozenset(str(parse_grant(text, settings.banks)) for text in asked.roles)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    if not users.add(User(str(uuid.uuid4()), asked.name, roles, datetime.now(UTC)), token):
        raise CannotBeDoneError(f"There is a user {asked.name} already: remove it first, or take another name.")
    print(token)


def _list(_asked: argparse.Namespace, users: Users, _settings: UsersSettings) -> None:
    table = Table("name", "id", "roles", "since")
    for user in users.all():
        table.add_row(user.name, user.id, "\n".join(sorted(user.roles)), f"{user.created_at:%Y-%m-%d %H:%M}")
    if table.row_count:
        show(table)
    else:
        print("There are no users.")


def _remove(asked: argparse.Namespace, users: Users, _settings: UsersSettings) -> None:
    if not users.remove(asked.name):
        raise _no_such(asked.name)
    print(f"{asked.name} is removed.")


def _role(asked: argparse.Namespace, users: Users, settings: UsersSettings) -> None:
    if users.named(asked.name) is None:
        raise _no_such(asked.name)
    if asked.change == "add":
        role = str(parse_grant(asked.role, settings.banks))
        users.grant(asked.name, role)
        print(f"{asked.name} has {role}.")
    elif users.revoke(asked.name, asked.role):  # as it stands there: its bank may be known no more
        print(f"{asked.name} has {asked.role} no more.")
    else:
        raise CannotBeDoneError(f"{asked.name} does not have {asked.role}: see `users list`.")


def _no_such(name: str) -> CannotBeDoneError:
    return CannotBeDoneError(f"There is no user {name}: see `users list`.")


_ACTS: Mapping[str, Callable[[argparse.Namespace, Users, UsersSettings], None]] = {
    "add": _add,
    "list": _list,
    "remove": _remove,
    "role": _role,
}
