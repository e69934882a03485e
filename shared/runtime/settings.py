"""Settings of a process: from the environment, from files beside it, and from a running `make up` of this checkout."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from environs import Env, EnvError, EnvValidationError
from marshmallow import ValidationError, validate

UP_ENV_FILE = Path(".causeway/up.env")
EXIT_CODE_BAD_SETTINGS = 2


class SettingsError(Exception):
    """One or more settings are wrong; `faults` holds one sentence for each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = list(faults)


def refuse_to_start(faults: Iterable[str]) -> NoReturn:
    """Print every fault on its own line to standard error and exit with code 2."""
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.stderr.flush()
    raise SystemExit(EXIT_CODE_BAD_SETTINGS)


class _LayeredEnv(Env):
    """NAME or NAME_FILE from the environment, else from `.causeway/up.env`; an empty value counts as none.

    environs' own FileAwareEnv lets NAME_FILE of the dotenv file win over NAME of the environment.
    """

    def _get_value(self, env_key: str, default: Any) -> Any:
        for layer in (os.environ, self._environ):
            name_value, file_name = layer.get(env_key), layer.get(f"{env_key}_FILE")
            if name_value and file_name:
                raise ValidationError(f"is given twice: keep {env_key} or {env_key}_FILE, not both.")
            if name_value:
                return name_value
            if file_name:
                return _content(file_name, f"{env_key}_FILE") or default
        return default


def _content(file_name: str, setting: str) -> str:
    try:
        return Path(file_name).read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ValidationError(f"cannot be read: {setting} names {file_name} ({reason}).") from error


class SettingsReader:
    """Reads one setting after the other and gathers the faults; `check()` reports them together.

    Every setting NAME may be given as NAME_FILE, the path of a file that holds the value. A faulty setting reads as its
    type's empty value, so that reading goes on to the next.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.faults: list[str] = []
        self._env = _LayeredEnv(eager=True)
        self._env.read_env((folder or Path.cwd()) / UP_ENV_FILE, recurse=False, override=False)

    def text(self, name: str, default: str | None = None, hint: str = "") -> str:
        """Any text. `hint` tells, in a missing setting's sentence, what to put there."""
        return str(self._read(self._env.str, name, default, "", hint))

    def optional_text(self, name: str) -> str | None:
        return self.text(name, default="") or None

    def integer(self, name: str, default: int | None = None, *, minimum: int = 0, maximum: int | None = None) -> int:
        return int(self._read(self._env.int, name, default, 0, validate=validate.Range(minimum, maximum)))

    def switch(self, name: str, default: bool | None = None) -> bool:
        return bool(self._read(self._env.bool, name, default, False))

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        is_allowed = validate.OneOf(allowed, error="must be one of: {choices}.")
        return str(self._read(self._env.str, name, default, "", validate=is_allowed))

    def texts(self, name: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Texts separated by commas; spaces around them are dropped."""
        found = self._read(self._env.list, name, default, ())
        return tuple(text for item in found if (text := str(item).strip()))

    def url(self, name: str, default: str | None = None, *, schemes: Sequence[str] = ("http", "https")) -> str:
        """A URL without its trailing slash."""

        def has_scheme(value: str) -> None:
            scheme, separator, rest = value.partition(":")
            if not (separator and rest.strip("/")) or scheme.lower() not in schemes:
                raise ValidationError(f"must be a URL that begins with {' or '.join(schemes)}.")

        return str(self._read(self._env.str, name, default, "", validate=has_scheme)).rstrip("/")

    def file(self, name: str, default: Path | None = None) -> Path:
        """The path of a file that exists."""

        def is_file(value: str) -> None:
            if not Path(value).is_file():
                raise ValidationError(f"names {value}, and there is no such file.")

        found = self._read(self._env.str, name, str(default) if default else None, "", validate=is_file)
        return Path(found)

    def optional_file(self, name: str) -> Path | None:
        return self.file(name) if self.has(name) else None

    def has(self, name: str) -> bool:
        """Whether the setting is given; a fault in how it is given counts as given."""
        try:
            return bool(self._env.str(name, default=""))
        except ValidationError:
            return True

    def log_level(self) -> str:
        return self.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")

    def add_fault(self, *sentences: str) -> None:
        self.faults.extend(sentences)

    def check(self) -> None:
        """Raises SettingsError with every fault found so far."""
        if self.faults:
            raise SettingsError(self.faults)

    def _read(
        self,
        method: Callable[..., Any],
        name: str,
        default: Any,
        when_faulty: Any,
        hint: str = "",
        **options: Any,
    ) -> Any:
        if not self.has(name):
            if default is None:
                self.faults.append(f"{name} is not set: {hint or f'set {name} or {name}_FILE'}.")
            return when_faulty if default is None else default
        try:
            return method(name, **options)
        except (EnvError, ValidationError) as error:
            self.faults.append(f"{name} {_sentence(error)}")
            return when_faulty


def read_bind_address(reader: SettingsReader, service: str, port: int) -> tuple[str, int]:
    """Where a service listens: `<SERVICE>_HOST` (loopback unless told) and `<SERVICE>_PORT`."""
    return (
        reader.text(f"{service}_HOST", default="127.0.0.1"),
        reader.integer(f"{service}_PORT", port, minimum=1, maximum=65535),
    )


def _sentence(error: EnvError | ValidationError) -> str:
    """Our own messages as they stand; those of environs' fields begin with a capital and need a verb before them."""
    messages = error.error_messages if isinstance(error, EnvValidationError) else error.args[0]
    message = str(messages[0] if isinstance(messages, list) else messages)
    return message if message[:1].islower() else f"is not valid: {message}"
