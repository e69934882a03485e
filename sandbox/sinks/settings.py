"""What the sinks need from their environment."""

from collections.abc import Mapping
from pathlib import Path


class SettingsError(Exception):
    """A setting is missing; the text names it."""


def data_folder(environ: Mapping[str, str]) -> Path:
    """Folder of the SQLite file. Raises SettingsError."""
    folder = environ.get("SANDBOX_SINKS_DATA", "").strip()
    if not folder:
        raise SettingsError("The sinks cannot start: SANDBOX_SINKS_DATA is missing.")
    return Path(folder)
