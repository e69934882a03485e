"""What is tested is what is shipped: every process's pins are those of the whole, by hash, from no named index."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
PROCESSES = sorted(path.stem for path in FOLDER.glob("*.in") if path.stem != "dev")
_PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(_PIN.findall((FOLDER / f"{name}.txt").read_text()))


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_ships_the_versions_that_are_tested(name: str) -> None:
    tested = pins("dev")
    assert pins(name)
    assert {package: version for package, version in pins(name).items() if tested.get(package) != version} == {}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_every_pin_has_hashes_and_no_index_is_named(path: Path) -> None:
    text = path.read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert [block.split(" ")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_the_signers_list_is_short_and_knows_no_payments() -> None:
    found = pins("signer").keys()
    assert len(found) <= 26
    assert found.isdisjoint({"redis", "celery", "kombu", "requests"})
