"""Make the key pair and the certificate signing request that ClearBank's portal asks for."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from services.signer.keys import MINIMUM_KEY_BITS, key_id

KEY_NAME, CSR_NAME, PUBLIC_NAME = "clearbank.key", "clearbank.csr", "clearbank.pub"
EXIT_CODE_REFUSED = 2
COUNTRY_LETTERS = 2
# facts of ClearBank's portal: docs, getting-started, "Generate API Token" and "Download Public Key"
NEXT_STEPS = """
Next, in ClearBank's portal:
  1. Institution > Certificates and Tokens > Generate API Token: upload {csr}.
     The token is shown once and lives a year at most: it belongs under authorizationHeader of the setup document.
  2. Institution > Webhook Management > Download Public Key: give that file as CLEARBANK_PUBLIC_KEY_FILE.
  3. Start the signer with SIGNING_KEY_FILE={key}
A key in a file suits simulation. For production ClearBank asks for one made and kept in an HSM (FIPS 140-2 level 2)."""


class RefusedToWriteError(Exception):
    """A file is in the way or the folder cannot be used; the message is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    subject = _subject(options.common_name, options.organisation, options.country)
    try:
        private_key = make_files(options.out_dir, subject, options.key_bits, may_overwrite=options.force)
    except RefusedToWriteError as error:
        print(error, file=sys.stderr)
        return EXIT_CODE_REFUSED
    print(_table(options.out_dir, private_key, subject))
    return 0


def make_files(out_dir: Path, subject: x509.Name, key_bits: int, *, may_overwrite: bool) -> RSAPrivateKey:
    """Write key, CSR and public key; the key first, so that none of an existing pair is touched without leave."""
    private_key = generate_private_key(public_exponent=65537, key_size=key_bits)
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(private_key, SHA256())
    public_key = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        out_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_key(out_dir / KEY_NAME, key, may_overwrite=may_overwrite)
        _write_public(out_dir / CSR_NAME, csr.public_bytes(Encoding.PEM))
        _write_public(out_dir / PUBLIC_NAME, public_key)
    except FileExistsError as error:
        raise RefusedToWriteError(f"{error.filename} is there already: use another folder, or --force.") from error
    except OSError as error:
        raise RefusedToWriteError(
            f"{error.filename} cannot be written ({error.strerror}): check the folder."
        ) from error
    return private_key


def _write_key(path: Path, content: bytes, *, may_overwrite: bool) -> None:
    """Never open to others, not even for a moment, and never over an existing key unless asked."""
    target = path.with_suffix(".key.new") if may_overwrite else path
    if may_overwrite:
        target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    if may_overwrite:
        target.replace(path)


def _write_public(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o644)


def _subject(common_name: str, organisation: str, country: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _table(out_dir: Path, private_key: RSAPrivateKey, subject: x509.Name) -> str:
    rows = [
        (KEY_NAME, "private key, PKCS#8", "keep it: readable by you alone (0600)"),
        (CSR_NAME, "signing request, PKCS#10, SHA-256", subject.rfc4514_string()),
        (PUBLIC_NAME, "public key", f"key id {key_id(private_key.public_key())}"),
    ]
    lines = [f"Made in {out_dir} (RSA, {private_key.key_size} bits):"]
    lines += [f"  {name:<14} {what:<34} {note}" for name, what, note in rows]
    return "\n".join(lines) + "\n" + NEXT_STEPS.format(csr=out_dir / CSR_NAME, key=out_dir / KEY_NAME)


def _country(text: str) -> str:
    if len(text) != COUNTRY_LETTERS or not (text.isascii() and text.isalpha()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a two-letter country code such as GB")
    return text.upper()


def _name(text: str) -> str:
    most = 64  # ub-common-name and ub-organization-name of X.520
    if not 1 <= len(text) <= most:
        raise argparse.ArgumentTypeError(f"must have 1 to {most} characters")
    return text


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.signer.csr", description=__doc__)
    parser.add_argument(
        "--out-dir", type=Path, required=True, help="folder for the three files, made if missing (0700)"
    )
    parser.add_argument("--common-name", type=_name, default="causeway-signer", help="default: %(default)s")
    parser.add_argument("--organisation", type=_name, default="Lender", help="default: %(default)s")
    parser.add_argument("--country", type=_country, default="GB", help="default: %(default)s")
    parser.add_argument("--key-bits", type=int, choices=(MINIMUM_KEY_BITS, 3072, 4096), default=MINIMUM_KEY_BITS)
    parser.add_argument("--force", action="store_true", help="replace a key that is there already")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
