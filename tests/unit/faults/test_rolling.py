"""Which release a rolling update goes back to; a whole one under load is part of the round in test_faults."""

import subprocess
from pathlib import Path

import pytest

from deploy.local.faults.rolling import NoPreviousReleaseError, fetch_previous


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two commits, told apart by what stands in one file."""
    folder = tmp_path / "checkout"
    (folder / "services").mkdir(parents=True)
    (folder / "shared").mkdir()
    git(folder, "init", "--quiet")
    for release in ("first", "second"):
        (folder / "services/release").write_text(release)
        (folder / "shared/release").write_text(release)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", release)
    return folder


def test_until_there_is_a_release_the_last_commit_stands_for_it(checkout: Path, tmp_path: Path) -> None:
    (checkout / "services/release").write_text("not committed")
    assert (fetch_previous(checkout, tmp_path / "previous") / "services/release").read_text() == "second"


def test_the_release_before_is_the_newest_tag_before_this_commit(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "tag", "v1", "HEAD~1")
    git(checkout, "tag", "v2", "HEAD")
    assert (fetch_previous(checkout, tmp_path / "previous") / "services/release").read_text() == "first"


def test_a_commit_that_is_named_goes_before_any_tag(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(checkout, "tag", "v1", "HEAD~1")
    monkeypatch.setenv("PREVIOUS", "HEAD")
    assert (fetch_previous(checkout, tmp_path / "previous") / "shared/release").read_text() == "second"


def test_without_a_commit_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoPreviousReleaseError, match="PREVIOUS"):
        fetch_previous(tmp_path, tmp_path / "previous")


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A Developer", "-c", "user.email=developer@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
