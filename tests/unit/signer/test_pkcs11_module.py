"""How a PKCS#11 module is initialised; two lists of functions stand for modules."""

import ctypes
from types import SimpleNamespace
from typing import Any

import pkcs11
import pytest
from pkcs11.exceptions import PKCS11Error

from services.signer.providers import pkcs11_module
from services.signer.providers.pkcs11_module import start_module


class FakeLibrary:
    """Both what python-pkcs11 shows of a module and the module's own functions; `calls` tells who called what."""

    def __init__(self, answer: int = 0) -> None:
        self.calls: list[str] = []
        self.flags = 0
        self._answer = answer

    def finalize(self) -> None:
        self.calls.append("python-pkcs11 finalises")
        raise PKCS11Error("not initialised")

    def initialize(self) -> None:
        self.calls.append("python-pkcs11 initialises")

    def functions(self) -> Any:
        return SimpleNamespace(C_Finalize=self._finalise, C_Initialize=self._initialise)

    def _finalise(self, _reserved: None) -> int:
        self.calls.append("finalised")
        return 0x190  # CKR_CRYPTOKI_NOT_INITIALIZED

    def _initialise(self, arguments: Any) -> int:
        self.calls.append("initialised")
        self.flags = ctypes.cast(arguments, ctypes.POINTER(pkcs11_module._InitializeArguments)).contents.flags
        return self._answer


def started(library: FakeLibrary, monkeypatch: pytest.MonkeyPatch, *, has_one_list: bool = True) -> FakeLibrary:
    functions = library.functions() if has_one_list else None
    monkeypatch.setattr(pkcs11, "lib", lambda _path: library)
    monkeypatch.setattr(pkcs11_module, "_the_one_function_list", lambda _path: functions)
    module: FakeLibrary = start_module("module.so")
    return module


def test_a_module_may_lock_since_several_threads_use_it_or_it_would_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    library = started(FakeLibrary(), monkeypatch)
    assert library.calls == ["finalised", "initialised"]
    assert library.flags == 2  # CKF_OS_LOCKING_OK


def test_a_module_that_somebody_has_initialised_meanwhile_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(FakeLibrary(answer=0x191), monkeypatch).calls == ["finalised", "initialised"]


def test_a_module_that_cannot_be_initialised_is_an_error_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PKCS11Error, match="C_Initialize answered 0x5"):
        started(FakeLibrary(answer=5), monkeypatch)


def test_a_module_with_a_state_for_each_user_is_left_to_python_pkcs11(monkeypatch: pytest.MonkeyPatch) -> None:
    library = started(FakeLibrary(), monkeypatch, has_one_list=False)
    assert library.calls == ["python-pkcs11 finalises", "python-pkcs11 initialises"]
