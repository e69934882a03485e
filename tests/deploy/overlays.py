"""What the overlays render to, rendered once for all tests, and the words that these need to speak of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.cluster.render import OVERLAYS, render, render_folder

NAMES = sorted(path.parent.name for path in OVERLAYS.glob("*/kustomization.yaml"))
COMPONENTS = OVERLAYS.parent / "components"
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Workload:
    """A Deployment or StatefulSet: pods of one kind, with one container each."""

    document: Document

    @property
    def name(self) -> str:
        return str(self.document["metadata"]["name"])

    @property
    def pod(self) -> Document:
        return dict(self.document["spec"]["template"]["spec"])

    @property
    def labels(self) -> Mapping[str, str]:
        return dict(self.document["spec"]["template"]["metadata"]["labels"])

    @property
    def container(self) -> Document:
        (container,) = self.pod["containers"]
        return dict(container)

    @property
    def image(self) -> str:
        """The image's own name: `listener` of `registry/causeway/listener@sha256:...`."""
        return str(self.container["image"]).split("@")[0].rsplit("/", 1)[-1].split(":")[0]

    @property
    def literals(self) -> Mapping[str, str]:
        """The environment that the manifest itself spells out."""
        return {each["name"]: each["value"] for each in self.container.get("env", []) if "value" in each}

    @property
    def secrets(self) -> set[str]:
        """Names of the secrets that it mounts or takes into its environment."""
        mounted = {volume["secret"]["secretName"] for volume in self.pod.get("volumes", []) if "secret" in volume}
        sources = self.container.get("envFrom", [])
        return mounted | {source["secretRef"]["name"] for source in sources if "secretRef" in source}


@cache
def documents(overlay: str) -> tuple[Document, ...]:
    return tuple(each for each in yaml.safe_load_all(render(overlay)) if each)


def of_kind(overlay: str, *kinds: str) -> list[Document]:
    return [each for each in documents(overlay) if each["kind"] in kinds]


def workloads(overlay: str) -> list[Workload]:
    return [Workload(each) for each in of_kind(overlay, "Deployment", "StatefulSet")]


def workload(overlay: str, name: str) -> Workload:
    return next(each for each in workloads(overlay) if each.name == name)


def every_workload() -> Iterator[Any]:
    """For pytest.mark.parametrize: (overlay, workload) with a name to read."""
    for overlay in NAMES:
        for each in workloads(overlay):
            yield overlay, each


def shared_settings(overlay: str) -> Mapping[str, str]:
    """What the processes are told by the one ConfigMap they share."""
    (found,) = (each for each in of_kind(overlay, "ConfigMap") if each["metadata"]["name"].startswith("settings-"))
    return dict(found["data"])


def environment_of(overlay: str, each: Workload) -> Mapping[str, str]:
    """Every plain value of its container's environment."""
    refers = any("configMapRef" in source for source in each.container.get("envFrom", []))
    return {**(shared_settings(overlay) if refers else {}), **each.literals}


def render_with(folder: Path, *components: str) -> list[Document]:
    """The base with some components, as an overlay of ours would name them; rendered in `folder`."""
    up = Path("/".join([".."] * (len(folder.resolve().parts) - 1)))
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [str(up / str(COMPONENTS.parent.resolve() / "base").lstrip("/"))],
        "components": [str(up / str(COMPONENTS.resolve() / name).lstrip("/")) for name in components],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return [each for each in yaml.safe_load_all(render_folder(folder)) if each]
