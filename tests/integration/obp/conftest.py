"""One real process (`python -m services.console api`) with its users, for all tests of this folder."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from shared.store.connection import connect
from shared.store.users import User, Users
from tests.integration.conftest import is_ready
from tests.integration.obp.requests import BANK, FIRST_ROLES, OTHER_BANK, SYSTEM_ROLE, Api
from tests.processes import free_port, python_environment, running


def add_user(folder: Path, settings: dict[str, str], name: str, *roles: str) -> str:
    """By the command, as an operator does. The token."""
    command = [sys.executable, "-m", "services.console", "users", "add", name]
    for role in roles:
        command += ["--role", role]
    environment = python_environment(**settings)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    return done.stdout.strip()


@pytest.fixture(scope="package")
def api(valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder, port = tmp_path_factory.mktemp("console"), free_port()
    settings = {
        "REDIS_URL": valkey,
        "API_PORT": str(port),
        "SEALING_KEYS": Fernet.generate_key().decode(),
        "BANKS": f"{BANK}, {OTHER_BANK}",
    }
    with connect(valkey) as redis:
        redis.flushdb()
        misplaced = frozenset(
            {f"{SYSTEM_ROLE}@{BANK}", *(f"{role}@{OTHER_BANK}" for role in FIRST_ROLES), *FIRST_ROLES}
        )
        Users(redis).add(User(str(uuid.uuid4()), "stranger", misplaced, datetime.now(UTC)), "stranger's token")
    at_both = [f"{role}@{bank}" for role in FIRST_ROLES for bank in (BANK, OTHER_BANK)]
    everybody = add_user(folder, settings, "everybody", SYSTEM_ROLE, *at_both)
    nobody = add_user(folder, settings, "nobody")
    url = f"http://127.0.0.1:{port}"
    with running(["-m", "services.console", "api"], folder, settings, lambda: is_ready(url)):
        yield Api(url, everybody, nobody, "stranger's token", folder / "log")
