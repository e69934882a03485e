"""The sandbox overlay's containers as local processes: each from a tree that holds what its image would hold, with the
manifest's command, environment and files, as a user who may write to its own /tmp and /data alone."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.dockerfile import Stage, lay_out, requirements, stages
from tests.deploy.overlays import Workload, environment_of, workloads
from tests.processes import free_port

USER_ID = 10001
# A package that the image would not have must not be found here either. Python imports this by itself when it starts.
ONLY_ITS_PACKAGES = """
import json, pathlib, sys
class Absent:
    names = frozenset(json.loads(pathlib.Path(__file__).with_name("absent.json").read_text()))
    def find_spec(self, name, path=None, target=None):
        if path is None and name in self.names:
            raise ModuleNotFoundError(f"{name} is not among the image's packages", name=name)
sys.meta_path.insert(0, Absent())
"""


# Their manifests name no port: it is the process's own default, which a machine may need for something else.
DEFAULT_PORTS = {"listener": "LISTENER_PORT", "signer": "SIGNER_PORT", "worker-metrics": "WORKER_METRICS_PORT"}


def as_the_images_user() -> Sequence[str]:
    """Only root can become another user. The other one still may read what root keeps to itself: Python may stand
    there, and what a process may read is not the question."""
    if os.geteuid() != 0:
        return ()
    user = (f"--reuid={USER_ID}", f"--regid={USER_ID}", "--clear-groups")
    return ("setpriv", *user, "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")


@dataclass
class Cluster:
    """`folder` holds everything; names of Services and their ports lead to loopback."""

    folder: Path
    overlay: str
    secrets: Mapping[str, Mapping[str, str]]
    _ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in workloads(self.overlay):
            for port in each.container.get("ports", []):
                self._ports[f"{each.name}:{port['containerPort']}"] = free_port()

    def port(self, name: str) -> int:
        return next(port for address, port in self._ports.items() if address.startswith(f"{name}:"))

    def here(self, text: str, own: str = "") -> str:
        """Text of the cluster as it must read here. `own` is the workload whose own port numbers it may hold."""
        for address, port in self._ports.items():
            text = text.replace(address, f"127.0.0.1:{port}")
            name, _, number = address.rpartition(":")
            if name == own:
                text = text.replace(f"127.0.0.1:{number}", f"127.0.0.1:{port}")
                text = text.removesuffix(number) + str(port) if text.endswith(number) else text
        return "127.0.0.1" if text == "0.0.0.0" else text  # noqa: S104  nothing of a test listens there

    def container(self, each: Workload) -> "Container":
        return Container(self, each, stages()[each.image], self.folder / each.name)


@dataclass(frozen=True)
class Container:
    cluster: Cluster
    workload: Workload
    image: Stage
    folder: Path

    @property
    def tree(self) -> Path:
        return self.folder / "app"

    def prepare(self) -> None:
        """Image, secrets and the two places where it may write."""
        lay_out(self.image, self.tree)
        packages = self.folder / "packages"
        packages.mkdir()
        (packages / "sitecustomize.py").write_text(ONLY_ITS_PACKAGES)
        (packages / "absent.json").write_text(json.dumps(absent_from(requirements(self.image))))
        for name in self.workload.secrets:
            for file, content in self.cluster.secrets[name].items():
                path = self.folder / "run/causeway" / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.cluster.here(content))
                path.chmod(0o440)
        for writable in (self.folder / "tmp", self.folder / "data"):
            writable.mkdir()
            if os.geteuid() == 0:
                os.chown(writable, USER_ID, USER_ID)

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's: the image's, then the manifest's, with paths and addresses of here."""
        given = {**self.image.environment, **environment_of(self.cluster.overlay, self.workload)}
        for source in self.workload.container.get("envFrom", []):
            given |= self.cluster.secrets[source["secretRef"]["name"]] if "secretRef" in source else {}
        given |= {name: self._path(self.cluster.here(value, self.workload.name)) for name, value in given.items()}
        if setting := DEFAULT_PORTS.get(self.workload.name):
            given[setting] = str(self.cluster.port(self.workload.name))
        if "PRIVATE_DELIVERY_TARGETS" in given:
            given["PRIVATE_DELIVERY_TARGETS"] = "127.0.0.0/8"  # where the cluster's addresses lead to here
        given["PATH"] = os.environ["PATH"]
        return given | {"PYTHONPATH": str(self.folder / "packages"), "TMPDIR": str(self.folder / "tmp"), "HOME": "/"}

    def command(self, words: Sequence[str]) -> list[str]:
        """Of the manifest or the image: `python` is the one of here."""
        assert words[0] == "python"
        rest = [self.cluster.here(word, self.workload.name) for word in words[1:]]
        return [*as_the_images_user(), sys.executable, *rest]

    def run(self, words: Sequence[str], given: str = "") -> subprocess.CompletedProcess[str]:
        """A probe, or a command that a person gives in the container; `given` is its standard input."""
        return subprocess.run(
            self.command(words),
            input=given,
            cwd=self.tree,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                self.command(self.workload.container["command"]),
                cwd=self.tree,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def files(self) -> set[Path]:
        """Everything outside the places where it may write."""
        return {path for path in self.tree.rglob("*") if path.is_file()}

    def _path(self, value: str) -> str:
        for place in ("/run/causeway/", "/tmp/", "/data"):  # noqa: S108
            if value.startswith(place):
                return f"{self.folder}{value}"
        return value


def absent_from(lock_file: Path) -> list[str]:
    """Modules that are installed here, and that an image with these packages would not have."""
    lines = lock_file.read_text().splitlines()
    pinned = {canonicalize_name(Requirement(line.rstrip("\\ ")).name) for line in lines if line[:1].isalnum()}
    return [
        module
        for module, owners in packages_distributions().items()
        if not pinned & {canonicalize_name(owner) for owner in owners}
    ]
