"""Which S3 objects and KMS keys are taken, what is said of the others, and how keys are made there."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography import x509

from services.signer.aws import aws_client
from services.signer.csr import main
from services.signer.keys import prove_that_it_signs
from shared.runtime.settings import SettingsError
from tests.contract.signer.aws import Aws
from tests.contract.signer.conftest import OpenKeys
from tests.processes import free_port
from tests.unit.signing.keys import private_key, private_pem

pytestmark = pytest.mark.enable_socket


def fault_of(opened: OpenKeys, settings: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        opened(settings)
    (fault,) = caught.value.faults
    return fault


def test_an_object_that_kms_does_not_encrypt_is_refused(aws: Aws, opened: OpenKeys) -> None:
    settings = aws.store(aws.bucket(), "key.pem", private_pem(private_key("ours")), encryption="AES256")
    assert fault_of(opened, settings).endswith("is not encrypted with KMS: store it again with SSE-KMS.")


def test_an_object_that_is_no_key_is_refused_by_name(aws: Aws, opened: OpenKeys) -> None:
    bucket = aws.bucket()
    settings = aws.store(bucket, "key.pem", b"hello")
    fault = f"CB_KEY_FILE key.pem in CB_BUCKET {bucket} holds no readable private key in PEM form."
    assert fault_of(opened, settings) == fault


def test_an_object_or_bucket_that_is_not_there_is_told_in_awss_words(aws: Aws, opened: OpenKeys) -> None:
    settings = {"SIGNING_KEY_PROVIDER": "s3", "CB_BUCKET": aws.bucket(), "CB_KEY_FILE": "none.pem"}
    assert "cannot be read (NoSuchKey)" in fault_of(opened, settings)
    assert "cannot be read (NoSuchBucket)" in fault_of(opened, settings | {"CB_BUCKET": "no-such-bucket"})


def test_two_keys_of_a_bucket_are_both_loaded(aws: Aws, opened: OpenKeys) -> None:
    bucket = aws.bucket()
    for name in ("ours", "next"):
        aws.store(bucket, name, private_pem(private_key(name)))
    keys = opened({"SIGNING_KEY_PROVIDER": "s3", "CB_BUCKET": bucket, "CB_KEY_FILE": "ours,next"})
    assert [key.public_key for key in keys] == [private_key(name).public_key() for name in ("ours", "next")]


def test_keys_of_two_providers_may_be_loaded_to_move_from_one_to_the_other(
    aws: Aws, opened: OpenKeys, key_file: Path
) -> None:
    stored = aws.store(aws.bucket(), "next", private_pem(private_key("next")))
    keys = opened(stored | {"SIGNING_KEY_PROVIDER": "file, s3", "SIGNING_KEY_FILE": str(key_file)})
    assert [key.provider for key in keys] == ["file", "s3"]


@pytest.mark.parametrize(
    "settings",
    [
        {"SIGNING_KEY_PROVIDER": "s3", "CB_BUCKET": "lender", "CB_KEY_FILE": "key.pem"},
        {"SIGNING_KEY_PROVIDER": "kms", "KMS_KEY_ID": "alias/clearbank"},
    ],
    ids=["s3", "kms"],
)
def test_an_aws_that_cannot_be_reached_is_told_and_not_waited_for(
    aws: Aws, opened: OpenKeys, settings: Mapping[str, str]
) -> None:
    away = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    fault = fault_of(opened, {**settings, **away})
    assert "(EndpointConnectionError): check name, role and network." in fault
    assert "127.0.0.1" not in fault


@pytest.mark.parametrize(
    ("spec", "usage"), [("ECC_NIST_P256", "SIGN_VERIFY"), ("RSA_2048", "ENCRYPT_DECRYPT")], ids=["elliptic", "usage"]
)
def test_a_kms_key_that_does_not_sign_as_clearbank_wants_is_refused(
    aws: Aws, opened: OpenKeys, spec: str, usage: str
) -> None:
    fault = fault_of(opened, aws.kms_key(spec, usage))
    assert fault.endswith("does not sign with RSASSA_PKCS1_V1_5_SHA_256: give an RSA key for signing.")


def test_a_kms_key_that_is_not_there_is_told_in_awss_words(aws: Aws, opened: OpenKeys) -> None:
    assert "cannot be used (NotFoundException)" in fault_of(
        opened, {"SIGNING_KEY_PROVIDER": "kms", "KMS_KEY_ID": "alias/none"}
    )


def test_a_key_is_made_in_a_bucket_once_and_lies_nowhere_else(
    aws: Aws, opened: OpenKeys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = aws.bucket()
    for name, value in {"CB_BUCKET": bucket, "CB_KEY_FILE": "new.pem"}.items():
        monkeypatch.setenv(name, value)
    make = ["--provider", "s3", "--out-dir", str(tmp_path)]
    assert main(make) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clearbank.csr", "clearbank.pub"]
    (key,) = opened({"SIGNING_KEY_PROVIDER": "s3"})
    prove_that_it_signs(key)
    assert request_in(tmp_path).public_key() == key.public_key
    before = aws_client("s3").get_object(Bucket=bucket, Key="new.pem")["Body"].read()
    assert main([*make, "--force"]) == 2
    assert "cannot be made in" in capsys.readouterr().err
    assert aws_client("s3").get_object(Bucket=bucket, Key="new.pem")["Body"].read() == before


@pytest.mark.parametrize("options", [[], ["--existing"]])
def test_kms_signs_the_request_for_its_own_key(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str]
) -> None:
    for name, value in aws.kms_key().items():
        monkeypatch.setenv(name, value)
    assert main(["--provider", "kms", "--out-dir", str(tmp_path), *options]) == 0
    request = request_in(tmp_path)
    assert request.is_signature_valid
    assert request.public_key() == private_key("ours").public_key()


def request_in(folder: Path) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr((folder / "clearbank.csr").read_bytes())
