"""That the signer signs at the doors that a process calls, and that the bank's signatures can be checked."""

from collections.abc import Iterator
from pathlib import Path

from deploy.cluster.doctor.checks.rows import TIMEOUT_SECONDS, Row, Verdict, faults_or, not_given
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import read_setup_document
from shared.runtime.signer_access import SignerAccess, read_signer_access
from shared.signing.client import SignerClient, SignerRefusedError, SignerUnavailableError
from shared.signing.digital_signature import UnreadableKeyError, load_public_keys


def of_nonce_door(reader: SettingsReader) -> Iterator[Row]:
    yield _of_door(reader, "nonce")


def of_request_door(reader: SettingsReader) -> Iterator[Row]:
    yield _of_door(reader, "request")


def of_bank_key(reader: SettingsReader) -> Iterator[Row]:
    if not reader.has("CLEARBANK_PUBLIC_KEY_FILE"):
        yield not_given("ClearBank's public key", "CLEARBANK_PUBLIC_KEY_FILE")
        return
    path = reader.file("CLEARBANK_PUBLIC_KEY_FILE")
    try:
        count = len(load_public_keys(path.read_bytes())) if path != Path() else 0
    except (OSError, UnreadableKeyError) as error:
        reader.add_fault(f"CLEARBANK_PUBLIC_KEY_FILE: {error}")
    yield faults_or("ClearBank's public key", reader.faults, "" if reader.faults else f"{count} in the file")


def _of_door(reader: SettingsReader, door: str) -> Row:
    check = f"signer signs ({door} door)"
    setup = read_setup_document(reader)
    if setup is None and not reader.has("SIGNER_URL"):
        return not_given(check, "SIGNER_URL or SETUP_FILE")
    access = read_signer_access(reader, setup)
    return faults_or(check, reader.faults, "") if reader.faults else _signed(check, access, door)


def _signed(check: str, access: SignerAccess, door: str) -> Row:
    """What is signed is neither an answer nor an order."""
    caller = (access.url, access.token, access.secret_key)
    signer = SignerClient(*caller, key_id=access.key_id, timeout_seconds=TIMEOUT_SECONDS)
    try:
        if door == "nonce":
            signer.sign_nonces([0])
        else:
            signer.sign_request(b'{"doctor":true}')
    except SignerRefusedError as error:
        do = "Give caller and signer the same SIGNER_TOKEN and SIGNER_SECRET_KEY; look at their clocks."
        return Row(check, Verdict.FAIL, str(error), do)
    except SignerUnavailableError as error:
        return Row(check, Verdict.FAIL, str(error), f"Look at the signer's log and at {access.url}/readyz.")
    finally:
        signer.close()
    return Row(check, Verdict.OK, "yes")
