"""The whole sandbox overlay at work on this machine: the store and every container, started at once."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import requests
from redis import Redis

from deploy.local.store_server import server_command
from tests.deploy.containers import Cluster, Container
from tests.deploy.overlays import of_kind, workloads
from tests.processes import START_SECONDS, eventually, stop
from tests.valkey import answers

ONLOOKER = "onlooker"  # sees the store as no process of the cluster may


@dataclass
class RunningCluster:
    cluster: Cluster
    containers: Mapping[str, Container]
    before: Mapping[str, set[Path]] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.cluster.port(name)}"

    @property
    def store_url(self) -> str:
        return f"redis://{ONLOOKER}:{ONLOOKER}@127.0.0.1:{self.cluster.port('valkey')}/0"

    def store(self) -> Redis:
        return Redis.from_url(self.store_url, decode_responses=True)

    def is_ready(self, name: str) -> bool:
        """By the probe of its manifest: readiness where it has one, else liveness."""
        container = self.containers[name]
        if (ended := self.processes[name].poll()) is not None:
            raise AssertionError(f"{name} ended with {ended}: {container.log()[-2000:]}")
        manifest = container.workload.container
        probe = manifest.get("readinessProbe") or manifest["livenessProbe"]
        if "httpGet" in probe:
            return requests.get(self.url(name) + probe["httpGet"]["path"], timeout=5).ok
        return container.run(probe["exec"]["command"]).returncode == 0


@contextmanager
def running_cluster(folder: Path, secrets: Mapping[str, Mapping[str, str]]) -> Iterator[RunningCluster]:
    cluster = Cluster(folder, "sandbox", secrets)
    ours = [each for each in workloads("sandbox") if each.image != "valkey"]
    found = RunningCluster(cluster, {each.name: cluster.container(each) for each in ours})
    for container in found.containers.values():
        container.prepare()
    found.before = {name: container.files() for name, container in found.containers.items()}
    with ExitStack() as stack:
        stack.enter_context(_store(cluster))
        eventually(lambda: answers(found.store_url), "the store answers")
        for name, container in found.containers.items():
            found.processes[name] = process = container.start()
            stack.callback(stop, process)
        for name in found.containers:
            eventually(partial(found.is_ready, name), f"{name} is ready", 2 * START_SECONDS)
        yield found


@contextmanager
def _store(cluster: Cluster) -> Iterator[None]:
    """A real server with the manifest's configuration, its users, and one more who looks on."""
    (config,) = (each for each in of_kind("sandbox", "ConfigMap") if each["metadata"]["name"].startswith("valkey"))
    folder = cluster.folder / "valkey"
    folder.mkdir()
    (folder / "valkey.conf").write_text(config["data"]["valkey.conf"])
    users = cluster.secrets["store-users"]["users.acl"] + f"user {ONLOOKER} on >{ONLOOKER} ~* &* +@all\n"
    (folder / "users.acl").write_text(users)
    program = server_command(0, folder)[0]
    here = ("--port", str(cluster.port("valkey")), "--bind", "127.0.0.1", "--dir", str(folder))
    command = [program, str(folder / "valkey.conf"), *here, "--aclfile", str(folder / "users.acl")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            yield
        finally:
            server.terminate()
            server.wait(START_SECONDS)
