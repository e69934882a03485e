"""What it means that a stored record cannot be read."""


class CorruptRecordError(ValueError):
    """The record is there and cannot be read, so nothing may be concluded from it, not even that it is not there.

    The sentence names the record and what is wrong with it; never its content.
    """
