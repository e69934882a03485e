"""`python -m services.signer`: cryptography signs without the GIL, so one process with threads uses every core."""

from multiprocessing import get_context

from services.signer.settings import read_address, read_settings
from shared.runtime.server import serve
from shared.runtime.settings import SettingsError, refuse_to_start

START_SECONDS = 30


def main() -> None:
    _check_in_a_child()
    host, port = read_address()
    serve("services.signer.wsgi:build_app", host, port, workers=1, threads=8)


def _check_in_a_child() -> None:
    """End here, with a sentence per fault, when a setting is wrong or a key does not sign.

    A process that forks must not load a PKCS#11 module (OASIS usage guide), nor need it hold a key, and the server
    forks. So a child tries everything, and only its verdict comes back.
    """
    child = get_context("fork").Process(target=_check)
    child.start()
    child.join(START_SECONDS)
    if child.exitcode is None:
        child.kill()
        refuse_to_start([f"The signing key did not open within {START_SECONDS} s: is what holds it reachable?"])
    if child.exitcode != 0:
        raise SystemExit(child.exitcode)


def _check() -> None:
    try:
        read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)


if __name__ == "__main__":
    main()
