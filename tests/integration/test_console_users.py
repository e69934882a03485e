"""`python -m services.console users`, as an operator types it, on a real store."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from services.console.__main__ import main
from shared.store.users import Users
from tests.processes import free_port, python_environment

pytestmark = pytest.mark.enable_socket


@dataclass(frozen=True)
class Done:
    code: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`users` with these arguments; settings in capitals change those it has."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, **settings: str) -> Done:
        given = {"REDIS_URL": redis_url, "BANKS": "gh.29.uk other", "COLUMNS": "200"} | settings
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        try:
            code = main(["users", *arguments])
        except SystemExit as end:
            code = int(str(end.code))
        return Done(code, *capsys.readouterr())

    return command


def test_the_process_prints_the_token_alone(redis_url: str, redis: Redis, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "services.console", "users", "add", "ann"]
    environment = python_environment(REDIS_URL=redis_url)
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert Users(redis).with_token(done.stdout.removesuffix("\n")) == Users(redis).named("ann")


def refusal(done: Done) -> str:
    """The one sentence of a command that could not be done."""
    assert (done.code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    return done.stderr.strip()


def test_a_user_is_added_and_the_token_stands_alone_on_standard_output(run: Run, redis: Redis) -> None:
    done = run("add", "ann", "--role", "CanCreateWebhook@gh.29.uk", "--role", "CanManageSubscriptions")

    token = done.stdout.removesuffix("\n")
    assert (done.code, done.stderr) == (0, "")
    assert len(token) == 43  # of 32 bytes, in URL-safe base64
    user = Users(redis).with_token(token)
    assert user is not None
    assert user.name == "ann"
    assert user.roles == {"CanCreateWebhook@gh.29.uk", "CanManageSubscriptions"}


def test_a_name_that_is_taken_is_refused(run: Run) -> None:
    run("add", "ann")
    assert refusal(run("add", "ann")).startswith("There is a user ann already")


@pytest.mark.parametrize("name", ["", "with blank", "with:colon", "x" * 101])
def test_what_could_not_be_sent_by_basic_is_no_name(run: Run, name: str) -> None:
    assert "is no name" in refusal(run("add", name))


def test_an_unknown_role_or_bank_is_refused_with_the_list_and_nobody_is_added(run: Run, redis: Redis) -> None:
    assert "CanReadCommunications" in refusal(run("add", "ann", "--role", "CanRead"))
    assert "gh.29.uk, other" in refusal(run("add", "ann", "--role", "CanGetWebhooks@nowhere"))
    assert "BANKS names none" in refusal(run("add", "ann", "--role", "CanGetWebhooks@other", BANKS=""))
    assert Users(redis).all() == []


def test_roles_are_given_and_taken_away(run: Run, redis: Redis) -> None:
    run("add", "ann")

    assert run("role", "add", "ann", "CanGetWebhooks@other").stdout == "ann has CanGetWebhooks@other.\n"
    assert run("role", "add", "ann", "CanGetWebhooks@other").code == 0
    assert "There is no role" in refusal(run("role", "add", "ann", "CanNot"))
    ann = Users(redis).named("ann")
    assert ann is not None
    assert ann.roles == {"CanGetWebhooks@other"}

    # Its bank may be known no more.
    assert run("role", "remove", "ann", "CanGetWebhooks@other", BANKS="gh.29.uk").code == 0
    assert "does not have" in refusal(run("role", "remove", "ann", "CanGetWebhooks@other"))
    assert "There is no user bob" in refusal(run("role", "add", "bob", "CanGetWebhooks@other"))


def test_users_are_listed_without_their_tokens(run: Run) -> None:
    assert run("list").stdout == "There are no users.\n"
    token = run("add", "ann", "--role", "CanGetWebhooks@other").stdout.strip()
    run("add", "bob")

    shown = run("list").stdout
    assert shown.index("ann") < shown.index("CanGetWebhooks@other") < shown.index("bob")
    assert token not in shown


def test_a_user_is_removed_and_the_token_opens_nothing_more(run: Run, redis: Redis) -> None:
    token = run("add", "ann").stdout.strip()
    assert run("remove", "ann").stdout == "ann is removed.\n"
    assert Users(redis).with_token(token) is None
    assert refusal(run("remove", "ann")).startswith("There is no user ann")


def test_a_store_that_is_away_is_told_in_one_sentence(run: Run) -> None:
    sentence = refusal(run("list", REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"))
    assert sentence == "The store does not answer (ConnectionError): is REDIS_URL right?"


def test_a_missing_setting_is_told_in_one_sentence(run: Run) -> None:
    done = run("list", REDIS_URL="")
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("REDIS_URL is not set")
    assert done.stdout == ""


def test_while_a_stand_is_up_in_the_folder_its_store_is_found(run: Run, redis_url: str, tmp_path: Path) -> None:
    (tmp_path / ".causeway").mkdir()
    (tmp_path / ".causeway/up.env").write_text(f"REDIS_URL={redis_url}\nBANKS=of-the-stand\n")
    done = run("add", "ann", "--role", "CanGetWebhooks@of-the-stand", REDIS_URL="", BANKS="")
    assert (done.code, done.stderr) == (0, "")
