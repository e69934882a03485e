"""The lender's documents, and the dates that they were told."""

import time
from collections.abc import Iterator
from datetime import date

from deploy.cluster.doctor.checks.rows import Row, Verdict, expiry, faults_or, not_given
from shared.runtime.notification_document import read_notification_document
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import read_setup_document


def of_setup(reader: SettingsReader) -> Iterator[Row]:
    if not reader.has("SETUP_FILE"):
        yield not_given("setup document", "SETUP_FILE")
        return
    read_setup_document(reader)
    yield faults_or("setup document", reader.faults, "every key is right")


def of_notifications(reader: SettingsReader) -> Iterator[Row]:
    if not reader.has("NOTIFICATION_SETUP_FILE"):
        do = "Without NOTIFICATION_SETUP_FILE nobody is told of a problem."
        yield Row("notification document", Verdict.WARN, "none is given", do)
        return
    read_notification_document(reader)
    yield faults_or("notification document", reader.faults, "every key is right")


def of_expiry_dates(reader: SettingsReader) -> Iterator[Row]:
    """What cannot tell its own last day: ClearBank's token and key."""
    dates = reader.texts("CREDENTIAL_EXPIRY_DATES", ())
    if not dates:
        do = "Take the token's last day from ClearBank's portal: clearbank-token=2027-03-31."
        yield Row("credentials expire", Verdict.WARN, "CREDENTIAL_EXPIRY_DATES is not set", do)
    for text in dates:
        credential, _, day = (part.strip() for part in text.partition("="))
        # No other form gets so far: the process refuses to start on it.
        yield expiry(f"{credential} expires", credential, time.mktime(date.fromisoformat(day).timetuple()))
