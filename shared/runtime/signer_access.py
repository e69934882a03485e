"""Where the signer is and what a caller shows it: settings of their own, else the setup document's.

A setup document written for the hosted connector configures both sides: its digitalSignatureGatewayUrl,
authorizationTokenAWS and secretKey are the defaults of SIGNER_URL, SIGNER_TOKEN and SIGNER_SECRET_KEY.

While a credential changes, a value may have two lines: the signer takes either, a caller sends the first.
"""

from dataclasses import dataclass, field

from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import SetupDocument


@dataclass(frozen=True)
class SignerAccess:
    """`key_id` asks for one of the signer's keys, which is then the one of the bank token in use; empty: the active."""

    url: str
    token: str = field(repr=False)
    secret_key: str = field(repr=False)
    key_id: str = ""


def read_signer_access(reader: SettingsReader, setup: SetupDocument | None) -> SignerAccess:
    """Faults are gathered in the reader."""
    url = reader.url("SIGNER_URL", default=setup.digital_signature_gateway_url if setup else _faulty(reader))
    token, secret_key = (lines_of(text)[:1] for text in read_signer_credential(reader, setup))
    return SignerAccess(url, "".join(token), "".join(secret_key), reader.text("SIGNER_KEY_ID", default=""))


def read_signer_credential(
    reader: SettingsReader, setup: SetupDocument | None, instead: tuple[str, str] | None = None
) -> tuple[str, str]:
    """(token, secret key), each of one line or two. `instead` takes the document's place as what settings default to.

    Faults are gathered in the reader.
    """
    hint = "set {0}, {0}_FILE, or SETUP_FILE to a setup document"
    of_document = (setup.authorization_token_aws, setup.secret_key) if setup else (_faulty(reader),) * 2
    token, secret_key = instead or of_document
    return (
        reader.text("SIGNER_TOKEN", token, hint.format("SIGNER_TOKEN")),
        reader.text("SIGNER_SECRET_KEY", secret_key, hint.format("SIGNER_SECRET_KEY")),
    )


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _faulty(reader: SettingsReader) -> str | None:
    """A document that is given and faulty is one fault, not also three missing settings."""
    return "" if reader.has("SETUP_FILE") else None
