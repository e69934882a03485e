"""SoftHSM2 for tests: a token in a folder, used in this process or served by another one, as an HSM would be.

What a software token cannot show is how it keeps the key: SoftHSM decrypts it in the process it runs in. So where that
matters it runs in p11-kit's server, and the signer has p11-kit's client, a PKCS#11 module that only sends.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.processes import STOP_SECONDS, eventually

TOKEN_LABEL, PIN = "causeway", "pin-of-the-token"
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib")
_FOLDERS = ("softhsm", "*/softhsm", "pkcs11", "*/pkcs11", ".")


def find_module(name: str) -> Path | None:
    """A PKCS#11 module as distributions install them."""
    places = (Path(library).glob(f"{folder}/{name}") for library in _LIBRARIES for folder in _FOLDERS)
    return next((found for place in places for found in place), None)


SOFTHSM, REMOTE = find_module("libsofthsm2.so"), find_module("p11-kit-client.so")
HAS_SOFTHSM = SOFTHSM is not None and shutil.which("softhsm2-util") is not None
HAS_REMOTE = HAS_SOFTHSM and REMOTE is not None and shutil.which("p11-kit") is not None
NO_SOFTHSM = "needs SoftHSM2 (the package softhsm2)"
NO_REMOTE = "needs SoftHSM2 and p11-kit (the packages softhsm2, p11-kit and p11-kit-modules)"


@dataclass(frozen=True)
class Token:
    """A token in `folder`; `settings` are what a signer needs to find it, but for the key's label."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    @property
    def settings(self) -> dict[str, str]:
        return self._settings(SOFTHSM) | self.environment

    def import_key(self, key_file: Path, label: str) -> None:
        number = f"{len(list((self.folder / 'tokens').glob('*/*.object'))) + 1:04x}"
        self._softhsm("--import", str(key_file), "--token", TOKEN_LABEL, "--label", label, "--id", number, "--pin", PIN)

    def initialise(self) -> None:
        (self.folder / "tokens").mkdir(parents=True)
        (self.folder / "pin").write_text(PIN + "\n")
        (self.folder / "softhsm2.conf").write_text(f"directories.tokendir = {self.folder / 'tokens'}\n")
        self._softhsm("--init-token", "--free", "--label", TOKEN_LABEL, "--pin", PIN, "--so-pin", "pin-of-the-officer")

    @contextmanager
    def served(self) -> Iterator["ServedToken"]:
        """The token in a process of its own."""
        socket = self.folder / "socket"
        command = ["p11-kit", "server", "-f", "-n", str(socket), "--provider", str(SOFTHSM), "pkcs11:"]
        environment = os.environ | self.environment
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                eventually(socket.exists, "the token is served")
                yield ServedToken(
                    server.pid, self._settings(REMOTE) | {"P11_KIT_SERVER_ADDRESS": f"unix:path={socket}"}
                )
            finally:
                _signal_children(server.pid, signal.SIGKILL)
                server.terminate()
                server.wait(STOP_SECONDS)
                socket.unlink(missing_ok=True)

    def _settings(self, module: Path | None) -> dict[str, str]:
        return {
            "SIGNING_KEY_PROVIDER": "pkcs11",
            "PKCS11_MODULE": str(module),
            "PKCS11_TOKEN_LABEL": TOKEN_LABEL,
            "PKCS11_PIN_FILE": str(self.folder / "pin"),
        }

    def _softhsm(self, *arguments: str) -> None:
        subprocess.run(
            ["softhsm2-util", *arguments], env=os.environ | self.environment, check=True, stdout=subprocess.DEVNULL
        )


@dataclass(frozen=True)
class ServedToken:
    """`settings` as those of the token. Each process that uses it has a child of the server to itself."""

    server_pid: int
    settings: Mapping[str, str]

    def signal_all(self, number: int) -> None:
        """To what runs the token for its users; the next user gets another."""
        _signal_children(self.server_pid, number)


def make_token(folder: Path) -> Token:
    token = Token(folder)
    token.initialise()
    return token


def _signal_children(pid: int, number: int) -> None:
    for child in children(pid):
        with suppress(ProcessLookupError):
            os.kill(child, number)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
