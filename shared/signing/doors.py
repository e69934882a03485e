"""What the signer and its callers agree on: paths, media type, limits."""

NONCE_PATH = "/v1/nonce"
REQUEST_PATH = "/v1/request"
BATCH_MEDIA_TYPE = "application/vnd.causeway.batch+json"

MAX_NONCES_PER_CALL = 256
MAX_BODIES_PER_CALL = 64
MAX_CALL_BYTES = 1024 * 1024
