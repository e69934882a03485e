"""The store's one user may give the commands that our code and kombu's give, and none that harms the server."""

import re
from pathlib import Path

import kombu.transport.redis
import pytest
from redis import Redis

from deploy.cluster.store_users import users_acl

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "deploy/k8s/components/valkey/rules.acl").read_text().split()
ALLOWED = {word.removeprefix("+").replace("|", " ").upper() for word in RULES if word.startswith("+")}
# redis-py's methods that are no command, or more than one.
NO_COMMANDS = {"pipeline", "execute", "transaction", "pubsub", "lock", "close", "reset", "parse_response"}
METHODS = {
    "register_script": {"EVALSHA", "SCRIPT LOAD"},
    "script_load": {"SCRIPT LOAD"},
    "config_get": {"CONFIG GET"},
    "delete": {"DEL"},
    "evalsha": {"EVALSHA"},
}
HARMFUL = {
    *("FLUSHALL", "FLUSHDB", "KEYS", "SCAN", "CONFIG", "CONFIG SET", "CONFIG REWRITE", "DEBUG", "ACL", "SHUTDOWN"),
    *("MODULE", "REPLICAOF", "MIGRATE", "RESTORE", "SAVE", "BGSAVE", "MONITOR", "CLIENT", "CLIENT KILL", "FUNCTION"),
}


def commands_of_scripts() -> set[str]:
    text = "".join(path.read_text() for path in (ROOT / "shared/store/lua").glob("*.lua"))
    return {command.upper() for command in re.findall(r"redis\.p?call\(['\"](\w+)['\"]", text)}


def commands_of(python: str) -> set[str]:
    """What is called on something named like a client or a pipeline."""
    called = re.findall(r"\b(?:\w*redis|\w*client|pipe|pipeline|\w*store)\.(\w+)\(", python)
    found: set[str] = set()
    for method in set(called) - NO_COMMANDS:
        if callable(getattr(Redis, method, None)):
            found |= METHODS.get(method, {method.upper()})
    return found


def test_the_scripts_commands_are_allowed() -> None:
    assert {"HSET", "ZADD", "LPUSH"} <= commands_of_scripts()
    assert commands_of_scripts() - ALLOWED == set()


@pytest.mark.parametrize("folder", ["shared", "services"])
def test_our_code_s_commands_are_allowed(folder: str) -> None:
    text = "".join(path.read_text() for path in (ROOT / folder).rglob("*.py"))
    assert commands_of(text)
    assert commands_of(text) - ALLOWED == set()


def test_kombus_commands_are_allowed() -> None:
    text = Path(kombu.transport.redis.__file__).read_text()
    found = commands_of(text)
    assert {"LPUSH", "SADD", "PUBLISH"} <= found
    assert found - ALLOWED == set()


def test_nothing_that_harms_the_server_is_allowed() -> None:
    assert RULES[:3] == ["~*", "&*", "-@all"]
    assert ALLOWED.isdisjoint(HARMFUL)


def test_the_users_file_holds_a_hash_and_nobody_else_may_come() -> None:
    text = users_acl("a secret")
    assert text.startswith("user default off\n")
    assert "a secret" not in text
