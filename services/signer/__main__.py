"""`python -m services.signer`: cryptography signs without the GIL, so one process with threads uses every core."""

from services.signer.settings import read_settings
from shared.runtime.server import serve
from shared.runtime.settings import SettingsError, refuse_to_start

if __name__ == "__main__":
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    serve("services.signer.wsgi:build_app", settings.host, settings.port, workers=1, threads=4)
