"""`python -m deploy.image.build`, behind `make image`: builds every image; with PUSH=registry/path it sends them there.

PYTHON_IMAGE  what they are built on: python:3.11-slim-bookworm@sha256:..., by digest
PUSH          registry and path; the digests that it answers are written to the production overlay
IMAGES        only these, with spaces between

A bill of materials (syft) and a signature (cosign) are made where these programs are on PATH.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy/Dockerfile"
BILLS = ROOT / ".causeway/sbom"
DIGESTS = ROOT / "deploy/k8s/overlays/production/images/kustomization.yaml"
TARGETS = ("listener", "signer", "worker", "console", "flower", "sandbox")
_BY_DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")


class BuildError(Exception):
    """An image cannot be built, sent or signed; the sentence says why."""


def main() -> int:
    try:
        build_all(os.environ.get("PYTHON_IMAGE", ""), os.environ.get("PUSH", ""), os.environ.get("IMAGES", "").split())
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def build_all(python_image: str, registry: str, wanted: Sequence[str] = ()) -> None:
    """Raises BuildError."""
    if not _BY_DIGEST.fullmatch(python_image):
        raise BuildError(
            "PYTHON_IMAGE must name the base by digest: take that of `docker buildx imagetools inspect "
            "python:3.11-slim-bookworm` and set PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:..."
        )
    if unknown := set(wanted) - set(TARGETS):
        raise BuildError(f"There is no image {', '.join(sorted(unknown))}: say some of {', '.join(TARGETS)}.")
    _demand("docker")
    revision = _output("git", "-C", str(ROOT), "rev-parse", "HEAD")
    for target in wanted or TARGETS:
        tag = f"{registry}/{target}:{revision[:12]}" if registry else f"causeway/{target}:dev"
        _build(target, tag, python_image, revision)
        _list_contents(target, tag)
        if registry:
            _record(target, _pushed(tag))


def _build(target: str, tag: str, python_image: str, revision: str) -> None:
    given = ("--build-arg", f"PYTHON_IMAGE={python_image}", "--build-arg", f"REVISION={revision}")
    _run("docker", "build", "--file", str(DOCKERFILE), "--target", target, "--tag", tag, *given, str(ROOT))


def _list_contents(target: str, tag: str) -> None:
    if not shutil.which("syft"):
        print(f"{target}: no bill of materials, syft is not on PATH.", file=sys.stderr)
        return
    BILLS.mkdir(parents=True, exist_ok=True)
    _run("syft", "scan", f"docker:{tag}", "--output", f"spdx-json={BILLS / target}.spdx.json")


def _pushed(tag: str) -> str:
    """Name and digest in the registry."""
    _run("docker", "push", tag)
    name = tag.rpartition(":")[0]
    listed = _output("docker", "image", "inspect", "--format", '{{join .RepoDigests "\\n"}}', tag).splitlines()
    found = [each for each in listed if each.startswith(f"{name}@") and _BY_DIGEST.fullmatch(each)]
    if not found:
        raise BuildError(f"The registry told no digest of {tag}: push it again.")
    _sign(found[0])
    return found[0]


def _sign(image: str) -> None:
    if not shutil.which("cosign"):
        print(f"{image}: not signed, cosign is not on PATH.", file=sys.stderr)
        return
    _run("cosign", "sign", "--yes", image)
    target = image.partition("@")[0].rpartition("/")[2]
    if (bill := BILLS / f"{target}.spdx.json").exists():
        _run("cosign", "attest", "--yes", "--type", "spdxjson", "--predicate", str(bill), image)


def _record(target: str, image: str) -> None:
    """The sandbox's image never goes to production."""
    name, _, digest = image.partition("@")
    line = f'  - {{name: causeway/{target}, newName: {name}, digest: "{digest}"}}'
    pattern = re.compile(rf"^  - {{name: causeway/{target}, .*}}$", re.MULTILINE)
    DIGESTS.write_text(pattern.sub(lambda _: line, DIGESTS.read_text()))


def _demand(program: str) -> None:
    if not shutil.which(program):
        raise BuildError(f"{program} is not on PATH: install it.")


def _run(*command: str) -> None:
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise BuildError(f"{' '.join(command[:3])} failed: see above.")


def _output(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        raise BuildError(f"{' '.join(command[:3])} failed: {result.stderr.strip()}")
    return result.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
