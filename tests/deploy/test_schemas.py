"""Kubernetes takes what the overlays render to: by its own schemas, of its newest version and two older ones."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
from kubernetes_validate import utils

from tests.deploy.overlays import COMPONENTS, NAMES, Document, documents, render_with

VERSIONS = ("1.33", "1.35", "1.37")
# Kinds that others bring to the cluster; what of them matters is tested by name elsewhere.
CUSTOM_KINDS = {
    *("ExternalSecret", "ScaledObject", "TriggerAuthentication"),
    *("ServiceMonitor", "PodMonitor", "PrometheusRule"),
}

# Each once, since rendering takes its time; none beside another that stands for the same thing. What annotates the
# Ingresses and what hardens the pods come last.
TOGETHER = (
    (
        *("valkey", "signing-key-file", "simulators", "notifications", "keda"),
        *("umm-webhooks", "obp-webhooks", "ingress-nginx", "hardened"),
    ),
    (
        *("external-store", "external-broker", "external-secrets", "signing-key-kms"),
        *("requests-metric", "monitoring", "tracing", "hardened"),
    ),
    ("signing-key-pkcs11", "hardened"),
)


@pytest.fixture(scope="module", autouse=True)
def schemas_read_once() -> Iterator[None]:
    """The definitions are 2 MB of JSON, and the library would read them for every document."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "schema_contents", cache(utils.schema_contents))
        yield


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", NAMES)
def test_an_overlay_is_valid(overlay: str, version: str) -> None:
    assert [fault for each in documents(overlay) if (fault := fault_of(each, version))] == []


@pytest.mark.parametrize("components", TOGETHER, ids=lambda names: names[0])
def test_components_render_with_the_base_and_are_valid(components: tuple[str, ...], tmp_path: Path) -> None:
    found = render_with(tmp_path, *components)
    assert [fault for each in found if (fault := fault_of(each, VERSIONS[-1]))] == []


def test_no_component_is_left_out() -> None:
    assert {name for names in TOGETHER for name in names} == {
        path.parent.name for path in COMPONENTS.glob("*/kustomization.yaml")
    }


def test_a_wrong_word_is_found() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"prots": []}}
    assert "prots" in fault_of(service, VERSIONS[0])


def fault_of(document: Document, version: str) -> str:
    """Empty when there is none."""
    if document["kind"] in CUSTOM_KINDS:
        return ""
    try:
        kubernetes_validate.validate(dict(document), version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{document['kind']} {document['metadata']['name']}: {error.message}"
    return ""
