"""`make rotate-key`: where the change of the signing key stands, step by step, and what would be dangerous now."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from deploy.cluster.rotation import Rotation, SignerKey
from services.signer.csr import main as csr
from services.signer.keys import key_id
from tests.cluster.conftest import Make
from tests.cluster.fake_kubectl import FakeKubectl

OLD, NEW = "a" * 16, "b" * 16
OLD_ACTIVE, OLD_SPARE = SignerKey(OLD, True, True), SignerKey(OLD, True, False)
NEW_ACTIVE, NEW_SPARE = SignerKey(NEW, True, True), SignerKey(NEW, True, False)

# What can be seen in each situation of docs/keys.md, and how many of its six steps are done.
SITUATIONS = {
    "nothing has been done": (Rotation("", [OLD_ACTIVE], OLD), 0),
    "the new key is made": (Rotation(NEW, [OLD_ACTIVE], OLD), 1),
    "it is loaded and does not sign": (Rotation(NEW, [OLD_ACTIVE, SignerKey(NEW, False, False)], OLD), 1),
    "both are loaded": (Rotation(NEW, [OLD_ACTIVE, NEW_SPARE], OLD), 2),
    "the worker uses it": (Rotation(NEW, [OLD_ACTIVE, NEW_SPARE], NEW), 4),
    "answers are signed with it": (Rotation(NEW, [OLD_SPARE, NEW_ACTIVE], NEW), 5),
    "the old one is gone": (Rotation(NEW, [NEW_ACTIVE], NEW), 5),
    "it is over": (Rotation(NEW, [NEW_ACTIVE], ""), 6),
}


@pytest.mark.parametrize(("rotation", "count"), SITUATIONS.values(), ids=SITUATIONS)
def test_the_steps_that_are_done_are_known_by_what_can_be_seen(rotation: Rotation, count: int) -> None:
    assert [step.is_done for step in rotation.steps()] == [True] * count + [False] * (6 - count)
    assert not rotation.danger()


def test_a_worker_that_asks_for_a_key_the_signer_lacks_is_a_danger() -> None:
    assert OLD in Rotation(NEW, [NEW_ACTIVE], OLD).danger()


def test_two_keys_and_a_worker_that_asks_for_none_are_a_danger() -> None:
    assert "SIGNER_KEY_ID" in Rotation(NEW, [OLD_ACTIVE, NEW_SPARE], "").danger()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new key, as `make csr` leaves it."""
    folder = tmp_path_factory.mktemp("keys")
    assert csr(["--out-dir", str(folder)]) == 0
    return folder


def test_it_looks_into_the_signer_and_into_the_worker_that_pays(
    made: Path, kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("exec", "deployment/signer", stdout=signer_says((OLD, "true"), (key_in(made), "false")))
    kubectl.answer("exec", "deployment/worker-payments", stdout=f"{OLD}\n")
    assert make("rotate-key", OVERLAY="production", OUT=str(made)) == 0
    rows = [[cell.strip() for cell in line.split("│")[1:3]] for line in capsys.readouterr().out.splitlines()]
    assert ["done", "2 load both in the signer"] in rows
    assert ["next", "3 ask for the new token"] in rows
    assert ["later", "6 drop the old key"] in rows


def test_what_is_dangerous_now_fails_it(
    made: Path, kubectl: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl.answer("exec", "deployment/signer", stdout=signer_says((OLD, "true"), (NEW, "false")))
    kubectl.answer("exec", "deployment/worker-payments", stdout="\n")
    assert make("rotate-key", OVERLAY="production", OUT=str(made)) == 1
    assert OLD in capsys.readouterr().err


def test_it_makes_the_new_key_when_it_is_told_where_the_key_lives(
    tmp_path: Path, kubectl: FakeKubectl, make: Make
) -> None:
    kubectl.answer("exec", "deployment/signer", stdout=signer_says((OLD, "true")))
    kubectl.answer("exec", "deployment/worker-payments", stdout=OLD)
    folder = tmp_path / "keys-new"
    assert make("rotate-key", OVERLAY="production", OUT=str(folder), PROVIDER="file") == 0
    first = (folder / "clearbank.csr").read_bytes()
    assert make("rotate-key", OVERLAY="production", OUT=str(folder), PROVIDER="file") == 0
    assert (folder / "clearbank.csr").read_bytes() == first


def test_without_a_signer_to_look_at_it_says_so(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SIGNER_URL", "SETUP_FILE", "SIGNER_TOKEN", "SIGNER_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert make("rotate-key", OUT=str(tmp_path)) == 1
    assert "make up" in capsys.readouterr().err


def signer_says(*keys: tuple[str, str]) -> str:
    return "".join(
        f'causeway_signer_key_ready{{provider="file",key_id="{id_}",active="{active}"}} 1\n' for id_, active in keys
    )


def key_in(folder: Path) -> str:
    key = load_pem_public_key((folder / "clearbank.pub").read_bytes())
    assert isinstance(key, RSAPublicKey)
    return key_id(key)
