"""AWS for tests, filled as a lender's administrator would."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from services.signer.aws import aws_client

REGION = "eu-west-2"


@dataclass(frozen=True)
class Aws:
    url: str

    @property
    def settings(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def bucket(self) -> str:
        name = f"lender-{uuid.uuid4()}"
        aws_client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def store(self, bucket: str, name: str, content: bytes, encryption: str = "aws:kms") -> dict[str, str]:
        """Settings of the key in this object."""
        aws_client("s3").put_object(Bucket=bucket, Key=name, Body=content, ServerSideEncryption=encryption)
        return {"SIGNING_KEY_PROVIDER": "s3", "CB_BUCKET": bucket, "CB_KEY_FILE": name}

    def kms_key(self, spec: str = "RSA_2048", usage: str = "SIGN_VERIFY") -> dict[str, str]:
        """Settings of a new KMS key."""
        made = aws_client("kms").create_key(KeySpec=spec, KeyUsage=usage)
        return {"SIGNING_KEY_PROVIDER": "kms", "KMS_KEY_ID": made["KeyMetadata"]["Arn"]}

    def secret(self, value: Any) -> str:
        """The id of a new secret; anything but a text becomes JSON."""
        name = f"causeway/{uuid.uuid4()}"
        aws_client("secretsmanager").create_secret(Name=name, SecretString=_text(value))
        return name

    def change_secret(self, name: str, value: Any) -> None:
        aws_client("secretsmanager").put_secret_value(SecretId=name, SecretString=_text(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
