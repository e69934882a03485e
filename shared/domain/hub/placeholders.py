"""{NAME} in a text, in single braces as Mambu's templates have it; every other brace is a brace."""

import re

PLACEHOLDER = re.compile(r"\{([A-Z0-9_:]+)\}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def sendable(value: str) -> str:
    """The value with what UTF-8 cannot carry (halves of a surrogate pair) replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", value)
