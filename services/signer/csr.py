"""Make a key where the signer will use it, and the certificate signing request that ClearBank's portal asks for."""

import argparse
import errno
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.signer.certificate_request import certificate_request, subject_of
from services.signer.keys import MINIMUM_KEY_BITS, KeyProvider, KeyRefusedError, KeyUnavailableError
from services.signer.providers.file import make_key_file
from services.signer.providers.open import PROVIDERS, open_keys
from shared.runtime.settings import SettingsError, SettingsReader

KEY_NAME, CSR_NAME, PUBLIC_NAME = "clearbank.key", "clearbank.csr", "clearbank.pub"
EXIT_CODE_REFUSED = 2
COUNTRY_LETTERS = 2
# facts of ClearBank's portal: docs, getting-started, "Generate API Token" and "Download Public Key"
NEXT_STEPS = """
Next, in ClearBank's portal:
  1. Institution > Certificates and Tokens > Generate API Token: upload {csr}.
     The token is shown once and lives a year at most: it belongs under authorizationHeader of the setup document.
  2. Institution > Webhook Management > Download Public Key: give that file as CLEARBANK_PUBLIC_KEY_FILE.
  3. Start the signer with {settings}
docs/keys.md tells how to change from one key to the next without losing a webhook."""
FOR_SIMULATION = """
A key that lies in a file or a bucket suits simulation. For production ClearBank asks for one made and kept in an HSM
(FIPS 140-2 level 2): --provider pkcs11 or kms."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    subject = subject_of(options.common_name, options.organisation, options.country)
    try:
        key = _make(options, subject)
    except SettingsError as error:
        return _refuse("\n".join(error.faults))
    except (KeyRefusedError, KeyUnavailableError) as error:
        return _refuse(str(error))
    except FileExistsError as error:
        return _refuse(f"{error.filename} is there already: use another folder, or --force.")
    except OSError as error:
        return _refuse(f"{error.filename} cannot be written ({error.strerror}): check the folder.")
    print(_table(options, key, subject))
    return 0


def _refuse(sentences: str) -> int:
    print(sentences, file=sys.stderr)
    return EXIT_CODE_REFUSED


def _make(options: argparse.Namespace, subject: x509.Name) -> KeyProvider:
    """Raises SettingsError, KeyRefusedError, KeyUnavailableError and OSError; a file in the way stays as it was."""
    folder: Path = options.out_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not options.force:
        _refuse_to_overwrite([folder / name for name in _file_names(options)])
    key = _key(options)
    request = certificate_request(key, subject)
    public_key = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(folder / CSR_NAME, request.public_bytes(Encoding.PEM))
    _write(folder / PUBLIC_NAME, public_key)
    return key


def _key(options: argparse.Namespace) -> KeyProvider:
    reader = SettingsReader()
    if _takes_an_existing_key(options):
        keys = open_keys(reader, [options.provider])
        reader.check()
        if len(keys) != 1:
            raise KeyRefusedError(f"The settings name {len(keys)} keys: name the one that the request is for.")
        return keys[0]
    if options.provider == "file":
        return make_key_file(options.out_dir / KEY_NAME, options.key_bits, may_overwrite=options.force)
    provider = import_module(f"services.signer.providers.{options.provider}")
    key: KeyProvider = provider.make_key(reader, options.key_bits)
    return key


def _takes_an_existing_key(options: argparse.Namespace) -> bool:
    return bool(options.existing) or options.provider == "kms"


def _file_names(options: argparse.Namespace) -> list[str]:
    own_key = [KEY_NAME] if options.provider == "file" and not options.existing else []
    return [*own_key, CSR_NAME, PUBLIC_NAME]


def _refuse_to_overwrite(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.exists():
            raise FileExistsError(errno.EEXIST, "is there already", str(path))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o644)


def _table(options: argparse.Namespace, key: KeyProvider, subject: x509.Name) -> str:
    notes = {
        KEY_NAME: ("private key, PKCS#8", "keep it: readable by you alone (0600)"),
        CSR_NAME: ("signing request, PKCS#10, SHA-256", subject.rfc4514_string()),
        PUBLIC_NAME: ("public key", f"key id {key.key_id}"),
    }
    lines = [f"Made in {options.out_dir} (RSA, {key.public_key.key_size} bits, provider {key.provider}):"]
    lines += [f"  {name:<14} {notes[name][0]:<34} {notes[name][1]}" for name in _file_names(options)]
    settings = f"SIGNING_KEY_PROVIDER={options.provider} and the settings of this call."
    if KEY_NAME in _file_names(options):
        settings = f"SIGNING_KEY_FILE={options.out_dir / KEY_NAME}"
    steps = NEXT_STEPS.format(csr=options.out_dir / CSR_NAME, settings=settings)
    return "\n".join(lines) + "\n" + steps + (FOR_SIMULATION if options.provider in ("file", "s3") else "")


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
    parser.add_argument("--out-dir", type=Path, required=True, help="folder for what is made, itself if missing (0700)")
    parser.add_argument("--provider", choices=PROVIDERS, default="file", help="where the key lives; default: file")
    parser.add_argument(
        "--existing", action="store_true", help="no new key: a request for the one that the settings name"
    )
    parser.add_argument("--common-name", type=_name, default="causeway-signer", help="default: %(default)s")
    parser.add_argument("--organisation", type=_name, default="Lender", help="default: %(default)s")
    parser.add_argument("--country", type=_country, default="GB", help="default: %(default)s")
    parser.add_argument("--key-bits", type=int, choices=(MINIMUM_KEY_BITS, 3072, 4096), default=MINIMUM_KEY_BITS)
    parser.add_argument("--force", action="store_true", help="replace files; of keys, only one in a file of the folder")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
