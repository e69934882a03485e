"""The loaded keys: one is active, another may be asked for by its id while ClearBank's token changes."""

from collections.abc import Sequence

from services.signer.keys import KeyProvider, KeyRefusedError
from services.signer.policy import RefusedError


class Keyring:
    """Raises KeyRefusedError when `active_id` names no loaded key; without one the first key is active."""

    def __init__(self, keys: Sequence[KeyProvider], active_id: str = "") -> None:
        self._keys = {key.key_id: key for key in keys}
        loaded = ", ".join(self._keys)
        if len(self._keys) != len(keys):
            raise KeyRefusedError(f"The same key is named twice ({loaded} are loaded): name each key once.")
        if active_id and active_id not in self._keys:
            raise KeyRefusedError(
                f"SIGNING_KEY_ACTIVE is {active_id!r}, and no such key is loaded: give one of {loaded}."
            )
        self.active = self._keys[active_id] if active_id else keys[0]

    @property
    def keys(self) -> Sequence[KeyProvider]:
        return tuple(self._keys.values())

    def find(self, key_id: str) -> KeyProvider:
        """The active key for an empty id. Raises RefusedError for an id that is not loaded."""
        if not key_id:
            return self.active
        key = self._keys.get(key_id)
        if key is None:
            raise RefusedError("key_unknown", "No key of that id is loaded: see SIGNER_KEY_ID of the caller.")
        return key
