"""What an overlay still lacks before it can run: values of the lender's own, and secrets that nobody makes."""

import re
from collections.abc import Iterator
from typing import Any

from deploy.cluster.manifests import Manifest, Overlay

# How the overlays mark what must be filled in: this word, and the digest of no image.
_MARK = re.compile(r"\byours\b|sha256:0{64}")


def unfilled(overlay: Overlay) -> list[str]:
    """Like `ConfigMap settings: BANKS`, each once."""
    found = (
        f"{each.kind} {each.name}: {path}" for each in overlay.manifests for path in _marked(each.document) if path
    )
    return list(dict.fromkeys(found))


def secrets_to_be_given(overlay: Overlay) -> list[str]:
    """Names of the secrets that pods need and nothing in the overlay makes."""
    made = {name for each in overlay.manifests for name in _makes(each)}
    return sorted({name for each in overlay.workloads for name in _needs(each)} - made)


def _makes(manifest: Manifest) -> Iterator[str]:
    if manifest.kind == "Secret":
        yield manifest.name
    elif manifest.kind == "ExternalSecret":
        yield str(manifest.document["spec"].get("target", {}).get("name") or manifest.name)


def _needs(workload: Manifest) -> Iterator[str]:
    """Secrets are files here, so the volumes name them all."""
    for volume in workload.document["spec"]["template"]["spec"].get("volumes", ()):
        for source in (volume, *volume.get("projected", {}).get("sources", ())):
            secret = source.get("secret", {})
            name = secret.get("secretName") or secret.get("name")
            if name and not secret.get("optional"):
                yield str(name)


def _marked(value: Any, path: str = "") -> Iterator[str]:
    """The paths of the texts that hold a mark."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _marked(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            name = inner.get("name") if isinstance(inner, dict) else None
            yield from _marked(inner, f"{path}.{name}" if name else path)
    elif isinstance(value, str) and _MARK.search(value):
        yield path
