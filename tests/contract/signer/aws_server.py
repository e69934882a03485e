"""`python -m tests.contract.signer.aws_server PORT KEY`: moto's server for S3, KMS and Secrets Manager, on loopback.

Every asymmetric KMS key it makes is the private key of the PEM file KEY, as if that had been imported. Two things of
moto 5.2 are put right: it hashes a digest again, and takes any MessageType.
"""

import signal
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from moto.kms.exceptions import ValidationException
from moto.kms.responses import KmsResponse
from moto.kms.utils import RSAPrivateKey
from moto.server import ThreadedMotoServer


def put_right(pem: bytes) -> None:
    answer_sign = KmsResponse.sign

    def begin(self: Any, key_size: int) -> None:
        self.key_size = key_size
        self.private_key = load_pem_private_key(pem, None)

    def sign(self: Any, message: bytes, signing_algorithm: str) -> bytes:
        signature: bytes = self.private_key.sign(message, PKCS1v15(), Prehashed(SHA256()))
        return signature

    def checked_sign(self: Any) -> Any:
        asked = self._get_param("MessageType"), self._get_param("SigningAlgorithm")
        if asked != ("DIGEST", "RSASSA_PKCS1_V1_5_SHA_256"):
            raise ValidationException(f"not what ClearBank wants: {asked}")
        return answer_sign(self)

    RSAPrivateKey.__init__ = begin  # type: ignore[method-assign]
    RSAPrivateKey.sign = sign  # type: ignore[method-assign]
    KmsResponse.sign = checked_sign  # type: ignore[method-assign]


if __name__ == "__main__":
    put_right(Path(sys.argv[2]).read_bytes())
    ThreadedMotoServer("127.0.0.1", int(sys.argv[1]), verbose=False).start()
    signal.pause()
