"""`make rotate-key`: where the change of the signing key stands (docs/keys.md), and what comes next.

It looks, and does the one thing that is safe to do alone: make the new key. Everything else changes what money moves
with, so a person does it and runs this again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from rich.table import Table

from deploy.cluster.asked import Asked, AskedWrongError
from deploy.cluster.figures import Figure, figures_of, read_figures
from deploy.local.progress import output
from deploy.local.stand import say
from services.signer import csr
from services.signer.keys import key_id
from services.signer.providers.open import PROVIDERS
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import read_setup_document
from shared.runtime.signer_access import read_signer_access

_WORKERS_KEY = """
from shared.runtime.settings import SettingsReader
print(SettingsReader().text("SIGNER_KEY_ID", default=""))
"""


@dataclass(frozen=True)
class SignerKey:
    id: str
    is_ready: bool
    is_active: bool


class Progress(StrEnum):
    DONE = "done"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True)
class Step:
    title: str
    is_done: bool
    do: str


@dataclass(frozen=True)
class Rotation:
    """What can be seen: the new key's id (empty: not made), the signer's keys, the key that the worker asks for."""

    new_id: str
    keys: Sequence[SignerKey]
    workers_id: str

    def steps(self) -> list[Step]:
        """In the order of docs/keys.md. What happens in ClearBank's portal counts as done once the worker uses it."""
        new = next((key for key in self.keys if key.id == self.new_id), None)
        is_alone = new is not None and len(self.keys) == 1
        worker_has_moved = bool(self.new_id) and (self.workers_id == self.new_id or (is_alone and not self.workers_id))
        return [
            Step("1 make the new key", bool(self.new_id), "make rotate-key OUT=keys-2027 PROVIDER=..., or make csr"),
            Step(
                "2 load both in the signer",
                new is not None and new.is_ready,
                "Name the old key first and the new one after a comma (or a second provider), roll the signer out.",
            ),
            Step(
                "3 ask for the new token",
                worker_has_moved,
                "ClearBank's portal: Institution > Certificates and Tokens > Generate API Token, upload clearbank.csr, "
                "keep the token (shown once). Leave the old token alone.",
            ),
            Step(
                "4 move the worker",
                worker_has_moved,
                f"In one roll-out: authorizationHeader to the new token, SIGNER_KEY_ID={self.new_id or '<new id>'}.",
            ),
            Step(
                "5 sign answers with it",
                worker_has_moved and new is not None and new.is_active,
                f"Signer: SIGNING_KEY_ACTIVE={self.new_id or '<new id>'}. Watch duplicates for an hour.",
            ),
            Step(
                "6 drop the old key",
                is_alone and not self.workers_id,
                "A day later: revoke the old token in the portal, name the new key alone on the signer, then drop "
                "SIGNING_KEY_ACTIVE and the worker's SIGNER_KEY_ID.",
            ),
        ]

    def danger(self) -> str:
        """What would have requests refused now, in one sentence; empty when nothing would."""
        ids = {key.id for key in self.keys}
        if self.workers_id and self.workers_id not in ids:
            return f"The worker asks for key {self.workers_id}, which the signer lacks: load it there."
        if len(ids) > 1 and not self.workers_id:
            active = next((key.id for key in self.keys if key.is_active), "none")
            return (
                f"The signer has {len(ids)} keys and the worker asks for none of them, so it gets the active one, "
                f"{active}: set SIGNER_KEY_ID to the key of the token in use before SIGNING_KEY_ACTIVE changes."
            )
        return ""


def rotate_key(asked: Asked) -> int:
    """0 when the rotation is over or goes on well, 1 when something is wrong now."""
    folder = Path(asked.text("OUT", "keys"))
    if asked.text("PROVIDER") and not (folder / csr.PUBLIC_NAME).exists():
        _make_key(asked, folder)
    new_id = asked.text("KEY") or _id_in(folder / csr.PUBLIC_NAME)
    keys, workers_id = _seen_in_cluster(asked) if asked.overlay_name else _seen_here()
    rotation = Rotation(new_id, keys, workers_id)
    output().print(_table(rotation))
    if danger := rotation.danger():
        say(danger)
        return 1
    return 0


def _make_key(asked: Asked, folder: Path) -> None:
    provider = asked.text("PROVIDER")
    if provider not in PROVIDERS:
        raise AskedWrongError(f"PROVIDER is {provider!r}: say one of {', '.join(PROVIDERS)}.")
    names = (("--common-name", asked.text("NAME")), ("--organisation", asked.text("ORGANISATION")))
    options = [word for option, value in names if value for word in (option, value)]
    if csr.main(["--out-dir", str(folder), "--provider", provider, *options]):
        raise AskedWrongError("The new key was not made: see the sentence above.")


def _id_in(path: Path) -> str:
    if not path.exists():
        return ""
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, RSAPublicKey):
        raise AskedWrongError(f"{path} holds no RSA key: give OUT the folder that `make csr` wrote.")
    return key_id(key)


def _seen_in_cluster(asked: Asked) -> tuple[list[SignerKey], str]:
    overlay = asked.overlay()
    kubectl = asked.kubectl(overlay.namespace)
    kubectl.reach()
    keys = _keys(figures_of(kubectl, overlay.running("services.signer")))
    worker = overlay.running("payments")
    return keys, kubectl.inside(worker.workload, str(worker.containers[0]["name"]), _WORKERS_KEY).strip()


def _seen_here() -> tuple[list[SignerKey], str]:
    reader = SettingsReader()
    access = read_signer_access(reader, read_setup_document(reader))
    if reader.faults:
        raise AskedWrongError(f"No signer to look at: start `make up`, or say OVERLAY=. {reader.faults[0]}")
    try:
        text = requests.get(f"{access.url}/metrics", timeout=5).text
    except requests.RequestException as error:
        raise AskedWrongError(
            f"The signer at {access.url} does not answer ({type(error).__name__}): start it."
        ) from error
    return _keys(list(read_figures(text))), access.key_id


def _keys(figures: Sequence[Figure]) -> list[SignerKey]:
    return [
        SignerKey(figure.labels["key_id"], bool(figure.value), figure.labels["active"] == "true")
        for figure in figures
        if figure.name == "causeway_signer_key_ready"
    ]


def _table(rotation: Rotation) -> Table:
    known = ", ".join(
        f"{key.id}{' (active)' * key.is_active}{' NOT READY' * (not key.is_ready)}" for key in rotation.keys
    )
    title = f"new key {rotation.new_id or '(not made)'}; signer has {known or 'none'}; worker asks for "
    table = Table(
        "", "step", "what to do", title=title + (rotation.workers_id or "the active one"), title_justify="left"
    )
    progress = Progress.NEXT
    for step in rotation.steps():
        if step.is_done:
            table.add_row(Progress.DONE, step.title, "")
            continue
        table.add_row(progress, step.title, step.do)
        progress = Progress.LATER
    return table
