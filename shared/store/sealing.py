"""Secrets at rest: sealed with the first key, opened with any, so that a key can be changed without a pause."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.domain.corruption import CorruptRecordError


class SealingKeyError(ValueError):
    """A key is none; the sentence says which line, never what stands there."""


class Sealer:
    """`keys`: Fernet keys (32 bytes in URL-safe base64), the one that seals first. Raises SealingKeyError."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SealingKeyError("There is no sealing key: give at least one, one per line.")
        self._fernet = MultiFernet([_fernet(line, key) for line, key in enumerate(keys, 1)])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Raises CorruptRecordError when none of the keys opens it."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise CorruptRecordError(
                "None of the sealing keys opens it: add the key it was sealed with, or set the secrets anew."
            ) from error


def _fernet(line: int, key: str) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError:
        raise SealingKeyError(
            f"Sealing key {line} is not 32 bytes in URL-safe base64: see Fernet.generate_key() of cryptography."
        ) from None
