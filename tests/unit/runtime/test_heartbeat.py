import threading
from pathlib import Path

import pytest

from services.worker import liveness
from shared.runtime.heartbeat import Heart, seconds_since_beat


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the process beats, as its probe is told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTBEAT_FILE", str(tmp_path / "heartbeat"))
    return tmp_path / "heartbeat"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the monotonic clock shows, in its one element."""
    now = [1000.0]
    monkeypatch.setattr("shared.runtime.heartbeat.time.monotonic", lambda: now[0])
    return now


def test_a_process_that_has_just_beaten_is_alive(file: Path) -> None:
    Heart(file).beat()
    assert liveness.main([]) == 0


def test_one_that_has_not_for_too_long_is_not(
    file: Path, clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    Heart(file).beat()
    clock[0] += 61
    assert liveness.main(["--max-age", "60"]) == 1
    assert capsys.readouterr().err == f"{file}: the last beat was 61 s ago, and 60 s are allowed.\n"
    assert liveness.main(["--max-age", "62"]) == 0


def test_one_that_never_did_is_not(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert liveness.main([]) == 1
    assert "never" in capsys.readouterr().err


def test_a_file_from_before_the_machine_started_is_no_beat(file: Path, clock: list[float]) -> None:
    Heart(file).beat()
    clock[0] = 5.0
    assert seconds_since_beat(file) is None


@pytest.mark.parametrize("content", [b"", b"soon", b"\xff"])
def test_a_file_that_holds_something_else_is_no_beat(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert liveness.main([]) == 1


def test_a_probe_that_is_not_told_the_file_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEARTBEAT_FILE", raising=False)
    with pytest.raises(SystemExit) as ended:
        liveness.main([])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("HEARTBEAT_FILE is not set")


def test_a_process_without_a_file_beats_nowhere(tmp_path: Path) -> None:
    heart = Heart()
    heart.beat()
    with heart.beating():
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    Heart(tmp_path / "no such folder" / "heartbeat").beat()
    assert list(tmp_path.iterdir()) == []


def test_it_beats_on_while_a_block_waits_and_not_after_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.runtime.heartbeat.EVERY_SECONDS", 0.001)
    with Heart(file).beating():
        first = file.read_text()
        while file.read_text() == first:
            pass
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}
