"""Initialises a PKCS#11 module for use by several threads.

C_Initialize without arguments is the promise that one thread alone will call (PKCS#11 v2.40, 5.4). A module may then do
without locks, as SoftHSM does. python-pkcs11 0.10 gives none, so this does it again and lets it use the system's locks.
"""

import ctypes
from contextlib import suppress
from functools import lru_cache
from typing import Any

import pkcs11
from pkcs11.exceptions import PKCS11Error

CKF_OS_LOCKING_OK = 2
CKR_OK, CKR_CRYPTOKI_ALREADY_INITIALIZED = 0, 0x191
_Function = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)


class _FunctionList(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST."""

    _fields_ = (
        ("version", ctypes.c_ubyte * 2),
        ("C_Initialize", _Function),
        ("C_Finalize", _Function),
    )


class _InitializeArguments(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS."""

    _fields_ = (
        ("CreateMutex", ctypes.c_void_p),
        ("DestroyMutex", ctypes.c_void_p),
        ("LockMutex", ctypes.c_void_p),
        ("UnlockMutex", ctypes.c_void_p),
        ("flags", ctypes.c_ulong),
        ("pReserved", ctypes.c_void_p),
    )


def start_module(path: str) -> Any:
    """python-pkcs11's module, initialised in this process just now: every session and login of before is gone.

    No thread may be inside it meanwhile. Raises PKCS11Error.
    """
    module = pkcs11.lib(path)
    functions = _the_one_function_list(path)
    if functions is None:
        for again in (module.finalize, module.initialize):
            with suppress(PKCS11Error):  # what is wrong shows at the first call
                again()
        return module
    functions.C_Finalize(None)  # an error means that there was nothing to finalise
    answer = functions.C_Initialize(ctypes.byref(_InitializeArguments(flags=CKF_OS_LOCKING_OK)))
    if answer not in (CKR_OK, CKR_CRYPTOKI_ALREADY_INITIALIZED):
        raise PKCS11Error(f"C_Initialize answered 0x{answer:x}")
    return module


@lru_cache
def _the_one_function_list(path: str) -> Any:
    """None for a module that makes a list and a state for each who asks: p11-kit's, which locks without being told."""
    lists = [ctypes.POINTER(_FunctionList)() for _ in range(2)]
    for each in lists:
        ctypes.CDLL(path).C_GetFunctionList(ctypes.byref(each))
    first, second = (ctypes.addressof(each.contents) for each in lists)
    return lists[0].contents if first == second else None
