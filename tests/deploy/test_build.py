"""`make image`: what it asks of docker, syft and cosign, played by programs that only take notes."""

import re
from pathlib import Path

import pytest

from deploy.image import build
from deploy.image.build import BuildError, build_all
from tests.deploy.overlays import documents

BASE = "python:3.11-slim-bookworm@sha256:" + "a" * 64
DIGEST = "sha256:" + "b" * 64
NOTE = '#!/bin/sh\necho "$(basename "$0") $*" >> "{notes}"\n{answer}\n'


class Programs:
    """Stand-ins on PATH that write down how they were called."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._notes = folder / "bin", folder / "notes"
        self._folder.mkdir()
        self.add("git", f"echo {'c' * 40}")
        monkeypatch.setenv("PATH", f"{self._folder}:/usr/bin:/bin")

    def add(self, name: str, answer: str = "") -> None:
        program = self._folder / name
        program.write_text(NOTE.format(notes=self._notes, answer=answer))
        program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self._notes.read_text().splitlines() if self._notes.exists() else []


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setattr(build, "BILLS", tmp_path / "sbom")
    digests = tmp_path / "kustomization.yaml"
    digests.write_text(build.DIGESTS.read_text())
    monkeypatch.setattr(build, "DIGESTS", digests)
    found = Programs(tmp_path, monkeypatch)
    found.add("docker", f'case "$*" in *inspect*) echo registry.example/causeway/signer@{DIGEST};; esac')
    return found


@pytest.mark.parametrize("base", ["", "python:3.11-slim-bookworm", "python@sha256:abc"])
def test_nothing_is_built_on_a_base_that_is_not_named_by_digest(programs: Programs, base: str) -> None:
    with pytest.raises(BuildError, match="PYTHON_IMAGE must name the base by digest"):
        build_all(base, "")
    assert programs.calls == []


def test_every_target_of_the_dockerfile_is_built_from_the_same_base(programs: Programs) -> None:
    build_all(BASE, "")
    built = [call for call in programs.calls if call.startswith("docker build")]
    assert [re.search(r"--target (\S+)", call)[1] for call in built] == list(build.TARGETS)  # type: ignore[index]
    assert all(f"PYTHON_IMAGE={BASE}" in call and f"REVISION={'c' * 40}" in call for call in built)


def test_without_syft_and_cosign_it_says_what_is_missing_and_goes_on(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    build_all(BASE, "registry.example/causeway", ["signer"])
    said = capsys.readouterr().err
    assert "syft is not on PATH" in said
    assert "not signed, cosign is not on PATH" in said


def test_what_is_pushed_is_listed_signed_and_recorded_by_digest(programs: Programs) -> None:
    programs.add("syft", 'mkdir -p "$(dirname "${4#spdx-json=}")" && touch "${4#spdx-json=}"')
    programs.add("cosign")
    build_all(BASE, "registry.example/causeway", ["signer"])
    signed = f"registry.example/causeway/signer@{DIGEST}"
    assert f"cosign sign --yes {signed}" in programs.calls
    assert any(call.startswith("cosign attest") and call.endswith(signed) for call in programs.calls)
    assert f'name: causeway/signer, newName: registry.example/causeway/signer, digest: "{DIGEST}"' in (
        build.DIGESTS.read_text()
    )


def test_the_production_overlay_waits_for_a_digest_of_every_image_but_the_sandboxs() -> None:
    named = {line.split(",")[0].split("/")[1] for line in build.DIGESTS.read_text().splitlines() if "name:" in line}
    assert named == set(build.TARGETS) - {"sandbox"}
    images = {
        each["spec"]["template"]["spec"]["containers"][0]["image"]
        for each in documents("production")
        if each["kind"] == "Deployment"
    }
    assert len(images) == len(named)


def test_a_failing_build_ends_it(programs: Programs) -> None:
    programs.add("docker", "exit 1")
    with pytest.raises(BuildError, match="docker build --file failed"):
        build_all(BASE, "")
    assert len([call for call in programs.calls if call.startswith("docker")]) == 1
