"""Bank, core and the notification channel: TCP and TLS, no request."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from deploy.cluster.doctor.checks.rows import TIMEOUT_SECONDS, Row, Verdict, expiry
from shared.runtime.notification_document import TaskAccess, UrlAccess, read_notification_document
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import read_setup_document


def of_addresses(reader: SettingsReader) -> Iterator[Row]:
    setup, told = read_setup_document(reader), read_notification_document(reader)
    addresses = {"bank": setup.clearbank_url, "core": setup.mambu_url} if setup else {}
    if told and not isinstance(told.access, TaskAccess):
        addresses["notifications"] = told.access.url
    for name, url in addresses.items():
        # Of a notification URL only the host is told: its path and query may hold a secret.
        yield reach(f"{name} reachable", url, names_host_only=told is not None and isinstance(told.access, UrlAccess))


def reach(check: str, url: str, *, names_host_only: bool = False) -> Row:
    """Opens a connection, and for https shakes hands; tells for how long the certificate is good."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    shown = f"{host}:{port}" if names_host_only else url
    try:
        with socket.create_connection((host, port), TIMEOUT_SECONDS) as plain:
            if not is_tls:
                return _plain(check, shown, host)
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
                until = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
    except OSError as error:  # also what TLS does not trust
        do = "Look at the address, DNS, the egress rules, its certificate and the other side's status page."
        return Row(check, Verdict.FAIL, f"{shown} does not answer ({error})", do)
    return expiry(check, f"{shown} answers; its certificate", until)


def _plain(check: str, shown: str, host: str) -> Row:
    is_near = host in ("localhost", "::1") or host.startswith("127.") or "." not in host or host.endswith(".svc")
    if is_near:
        return Row(check, Verdict.OK, f"{shown} answers")
    return Row(check, Verdict.WARN, f"{shown} answers without TLS", "Secrets and amounts go over it: use https.")
