"""A PEM key in an S3 object that KMS encrypts (SSE-KMS): read once at start, kept in memory only."""

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.signer.aws import AWS_ERRORS, aws_client, reason_of
from services.signer.keys import KeyProvider, KeyRefusedError
from services.signer.providers.memory import MemoryKey, read_rsa_key
from services.signer.providers.open import open_each
from shared.runtime.settings import SettingsReader

MOST_BYTES = 64 * 1024
ENCRYPTED_BY_KMS = ("aws:kms", "aws:kms:dsse")


def read_keys(reader: SettingsReader) -> list[KeyProvider]:
    bucket, names = _place(reader)
    return open_each(reader, names, lambda name: load_s3_key(bucket, name)) if bucket else []


def load_s3_key(bucket: str, name: str) -> MemoryKey:
    """Raises KeyRefusedError for an object that cannot be read, is not encrypted with KMS, or holds no good key."""
    where = f"CB_KEY_FILE {name} in CB_BUCKET {bucket}"
    try:
        found = aws_client("s3").get_object(Bucket=bucket, Key=name)
        pem = found["Body"].read(MOST_BYTES)
    except AWS_ERRORS as error:
        raise KeyRefusedError(f"{where} cannot be read ({reason_of(error)}): check name, role and network.") from error
    if found.get("ServerSideEncryption") not in ENCRYPTED_BY_KMS:
        raise KeyRefusedError(f"{where} is not encrypted with KMS: store it again with SSE-KMS.")
    return MemoryKey("s3", read_rsa_key(pem, where))


def make_key(reader: SettingsReader, key_bits: int) -> MemoryKey:
    """Make a key in memory and store it in the bucket, never over another. Raises KeyRefusedError, SettingsError."""
    bucket, name = _place(reader)
    kms_key = reader.optional_text("CB_KMS_KEY_ID")
    reader.check()
    private_key = generate_private_key(public_exponent=65537, key_size=key_bits)
    try:
        aws_client("s3").put_object(
            Bucket=bucket,
            Key=name,
            Body=private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            ServerSideEncryption=ENCRYPTED_BY_KMS[0],
            IfNoneMatch="*",
            **({"SSEKMSKeyId": kms_key} if kms_key else {}),
        )
    except AWS_ERRORS as error:
        reason = reason_of(error)
        why = "it is there already" if reason == "PreconditionFailed" else reason
        raise KeyRefusedError(f"CB_KEY_FILE {name} cannot be made in CB_BUCKET {bucket} ({why}).") from error
    return MemoryKey("s3", private_key)


def _place(reader: SettingsReader) -> tuple[str, str]:
    return (
        reader.text("CB_BUCKET", hint="name the S3 bucket that holds the private key"),
        reader.text("CB_KEY_FILE", hint="name the object of CB_BUCKET that holds the private key"),
    )
