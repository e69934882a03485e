"""What granian serves: the bank, with its webhook sender running beside it in the one worker process."""

import os
import sys

from sandbox.clearbank.app import create_app
from sandbox.clearbank.bank import open_bank
from sandbox.clearbank.delivery import Sender
from sandbox.clearbank.settings import SettingsError, settings_from
from sandbox.clearbank.signatures import KeyFileError

try:
    bank = open_bank(settings_from(os.environ))
except (SettingsError, KeyFileError) as error:
    sys.exit(str(error))

sender = Sender(bank)
app = create_app(bank, sender)
sender.start()
