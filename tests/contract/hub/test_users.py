"""The users of the console: in memory, on fakeredis, on a real server."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import fakeredis
import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.corruption import CorruptRecordError
from shared.store import keys
from shared.store.connection import lua
from shared.store.users import User, Users
from tests.contract.conftest import REAL
from tests.fakes.users import FakeUsers


def a_user(name: str = "ann", *roles: str) -> User:
    return User(f"id of {name}", name, frozenset(roles), datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.fixture(params=["memory", "fakeredis", REAL])
def users(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield FakeUsers()
    elif request.param == "fakeredis":
        with fakeredis.FakeRedis(server=fakeredis.FakeServer()) as redis:
            yield Users(redis)
    else:
        yield Users(request.getfixturevalue("redis"))


def test_a_user_is_found_by_token_and_by_name(users: Any) -> None:
    ann, bob = a_user("ann", "CanCreateWebhook@b", "CanSendTestWebhook"), a_user("bob")

    assert users.add(ann, "ann's token")
    assert users.add(bob, "bob's token")

    assert (users.with_token("ann's token"), users.with_token("bob's token")) == (ann, bob)
    assert (users.named("ann"), users.named("bob")) == (ann, bob)


@pytest.mark.parametrize("token", ["", "another", "ANN'S TOKEN", "ann's token ", "half \ud800"], ids=ascii)
def test_nobody_is_found_by_another_token(users: Any, token: str) -> None:
    users.add(a_user("ann"), "ann's token")
    assert users.with_token(token) is None


def test_a_name_is_taken_once_and_the_first_keeps_it(users: Any) -> None:
    users.add(a_user("ann"), "first")

    assert not users.add(User("other id", "ann", frozenset({"more"}), datetime.now(UTC)), "second")

    assert users.with_token("first") == users.named("ann") == a_user("ann")
    assert users.with_token("second") is None


def test_all_users_stand_in_the_order_of_their_names(users: Any) -> None:
    for name in ("bob", "ann", "eve"):
        users.add(a_user(name), name)
    assert users.all() == [a_user("ann"), a_user("bob"), a_user("eve")]


def test_a_role_is_given_once_and_taken_away_once(users: Any) -> None:
    users.add(a_user("ann"), "token")

    assert users.grant("ann", "CanCreateWebhook@b")
    assert not users.grant("ann", "CanCreateWebhook@b")
    assert users.with_token("token") == a_user("ann", "CanCreateWebhook@b")
    assert users.revoke("ann", "CanCreateWebhook@b")
    assert not users.revoke("ann", "CanCreateWebhook@b")
    assert users.with_token("token") == a_user("ann")


def test_nobody_gets_no_role_and_is_not_made_by_it(users: Any) -> None:
    assert not users.grant("nobody", "CanSendTestWebhook")
    assert not users.revoke("nobody", "CanSendTestWebhook")
    assert users.named("nobody") is None
    assert users.all() == []


def test_a_user_who_is_removed_is_gone_with_the_token_and_the_name_is_free(users: Any) -> None:
    users.add(a_user("ann", "CanSendTestWebhook"), "old token")
    users.add(a_user("bob"), "bob's token")

    assert users.remove("ann")
    assert not users.remove("ann")

    assert (users.with_token("old token"), users.named("ann"), users.all()) == (None, None, [a_user("bob")])
    assert users.add(a_user("ann"), "new token")
    assert users.with_token("new token") == a_user("ann")
    assert users.with_token("old token") is None


def test_the_store_holds_no_token(server: Redis) -> None:
    Users(server).add(a_user("ann", "CanSendTestWebhook"), "the token itself")

    everything = repr([(key, server.hgetall(key)) for key in server.scan_iter()])
    assert hashlib.sha256(b"the token itself").hexdigest() in everything
    assert "the token itself" not in everything


def test_a_user_who_is_removed_leaves_nothing_behind(server: Redis) -> None:
    users = Users(server)
    users.add(a_user("ann", "CanSendTestWebhook"), "token")
    users.remove("ann")
    assert server.dbsize() == 0


def test_one_question_is_asked_whether_the_token_is_known_or_not(
    server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = Users(server)
    users.add(a_user("ann"), "token")
    asked: list[Any] = []
    ask = server.execute_command

    def noted(*words: Any, **more: Any) -> Any:
        asked.append(words[0])
        return ask(*words, **more)

    monkeypatch.setattr(server, "execute_command", noted)
    users.with_token("warms up the script")
    asked.clear()
    users.with_token("token")
    of_known, asked[:] = list(asked), []
    users.with_token("unknown")

    assert of_known == asked == ["EVALSHA"]


def test_a_record_that_cannot_be_read_is_no_user(server: Redis) -> None:
    users = Users(server)
    users.add(a_user("ann"), "token")
    server.hdel(keys.user("id of ann"), "created_at")
    with pytest.raises(CorruptRecordError, match="user id of ann cannot be read"):
        users.with_token("token")


@pytest.mark.parametrize("spoilt", range(4))
def test_a_user_without_id_name_token_or_date_is_not_written(server: Redis, spoilt: int) -> None:
    arguments = ["id", "ann", "digest", "2026-11-20"]
    arguments[spoilt] = ""
    with pytest.raises(ResponseError, match="user_add:"):
        server.eval(lua("user_add"), 3, keys.USER_NAMES, keys.USER_TOKENS, keys.user("id"), *arguments)
    assert server.dbsize() == 0


@pytest.mark.parametrize("arguments", [("grant", ""), ("give", "role")])
def test_a_change_of_roles_without_a_role_or_of_an_unknown_kind_is_not_made(
    server: Redis, arguments: tuple[str, str]
) -> None:
    Users(server).add(a_user("ann"), "token")
    with pytest.raises(ResponseError, match="user_role:"):
        server.eval(lua("user_role"), 1, keys.USER_NAMES, keys.PREFIX, "ann", *arguments)
    assert Users(server).named("ann") == a_user("ann")
