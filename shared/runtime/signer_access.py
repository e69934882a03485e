"""Where the signer is and what a caller shows it: settings of their own, else the setup document's.

A setup document written for the hosted connector configures both sides: its digitalSignatureGatewayUrl,
authorizationTokenAWS and secretKey are the defaults of SIGNER_URL, SIGNER_TOKEN and SIGNER_SECRET_KEY.
"""

from dataclasses import dataclass, field

from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import SetupDocument


@dataclass(frozen=True)
class SignerAccess:
    url: str
    token: str = field(repr=False)
    secret_key: str = field(repr=False)


def read_signer_access(reader: SettingsReader, setup: SetupDocument | None) -> SignerAccess:
    """Faults are gathered in the reader."""
    url = reader.url("SIGNER_URL", default=setup.digital_signature_gateway_url if setup else _faulty(reader))
    return SignerAccess(url, *read_signer_credentials(reader, setup))


def read_signer_credentials(reader: SettingsReader, setup: SetupDocument | None) -> tuple[str, str]:
    """(token, secret key), which the signer and its callers share. Faults are gathered in the reader."""
    hint = "set {0}, {0}_FILE, or SETUP_FILE to a setup document"
    token, secret_key = (setup.authorization_token_aws, setup.secret_key) if setup else (_faulty(reader),) * 2
    return (
        reader.text("SIGNER_TOKEN", token, hint.format("SIGNER_TOKEN")),
        reader.text("SIGNER_SECRET_KEY", secret_key, hint.format("SIGNER_SECRET_KEY")),
    )


def _faulty(reader: SettingsReader) -> str | None:
    """A document that is given and faulty is one fault, not also three missing settings."""
    return "" if reader.has("SETUP_FILE") else None
