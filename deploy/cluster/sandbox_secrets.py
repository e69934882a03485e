"""`python -m deploy.cluster.sandbox_secrets | kubectl apply -f -`: every secret of the sandbox overlay, made up anew.

Run it once, before the first `make deploy OVERLAY=sandbox`. Run again, it changes all of them together, and the pods
must be restarted. For simulation only: a lender's own key never passes through here.
"""

import json
import secrets
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from cryptography.fernet import Fernet

from deploy.cluster.store_users import USER, users_acl
from deploy.local import documents
from deploy.local.addresses import Addresses
from shared.domain.notification import Flag

NAMESPACE = "causeway-sandbox"
STORE = "valkey:6379"
_SERVICES = {
    "SIGNER_PORT": "http://signer:8081",
    "SANDBOX_CLEARBANK_PORT": "http://sandbox-clearbank:8091",
    "SANDBOX_MAMBU_PORT": "http://sandbox-mambu:8092",
}


class _InCluster(Addresses):
    def url(self, setting: str) -> str:
        return _SERVICES[setting]


def sandbox_secrets() -> Mapping[str, Mapping[str, str]]:
    """Name of the secret -> file name -> content."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signing_key = documents.make_signing_key(folder)
        bank_private, bank_public = documents.make_bank_key(folder)
        setup_text = documents.make_setup_document(folder / "setup.json", _InCluster({})).read_text()
        setup = json.loads(setup_text)
        store_password, webhook_password = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        nonce_credential, request_credential = _credential(), _credential()
        return {
            "store": {"redis-url": f"redis://{USER}:{store_password}@{STORE}/0"},
            "store-users": {"users.acl": users_acl(store_password)},
            "setup": {"setup.json": setup_text},
            "notifications": {"notifications.json": json.dumps(_NOTIFICATIONS)},
            "signer-nonce": nonce_credential,
            "signer-request": request_credential,
            "signing-key": {"clearbank.key": signing_key.read_text()},
            "clearbank-public-key": {"clearbank.pub": bank_public.read_text()},
            "mambu-webhook": {"username": "mambu", "password": webhook_password},
            "sealing-keys": {"keys": Fernet.generate_key().decode()},
            "flower": {"basic-auth": f"operator:{secrets.token_urlsafe(18)}"},
            "simulated-bank": {
                "bank.key": bank_private.read_text(),
                "client.pub": documents.public_half(signing_key, folder).read_text(),
            },
            "simulators": {
                "SANDBOX_CLEARBANK_TOKEN": setup["authorizationHeader"].removeprefix("Bearer "),
                "SANDBOX_CLEARBANK_OPERATING_IBAN": setup["operatingAccountIban"],
                "SANDBOX_CLEARBANK_POOLED_ACCOUNT_ID": setup["clientMoneyAccount"],
                "SANDBOX_MAMBU_USER": setup["mambuUser"],
                "SANDBOX_MAMBU_PASSWORD": setup["mambuPassword"],
                "MAMBU_WEBHOOK_USERNAME": "mambu",
                "MAMBU_WEBHOOK_PASSWORD": webhook_password,
            },
        }


# Staff is told by tasks in the simulated core: the other channels demand TLS.
_NOTIFICATIONS = {flag.value: "true" for flag in Flag} | {
    "notificationConfigReference": "sandbox",
    "notificationChannel": "task",
}


def _credential() -> Mapping[str, str]:
    return {"token": secrets.token_urlsafe(32), "secret-key": secrets.token_urlsafe(32)}


def manifests() -> list[dict[str, Any]]:
    """The namespace and its Secrets as Kubernetes takes them; `make deploy` adds the namespace's labels."""
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        *(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": NAMESPACE},
                "stringData": dict(files),
            }
            for name, files in sandbox_secrets().items()
        ),
    ]


if __name__ == "__main__":
    yaml.safe_dump_all(manifests(), sys.stdout, sort_keys=False)
