"""The core as a WSGI application, with its webhook sender running beside it in the one worker process."""

import os
import sys

from sandbox.mambu.app import create_app
from sandbox.mambu.core import open_core
from sandbox.mambu.delivery import Sender
from sandbox.mambu.settings import SettingsError, settings_from

try:
    core = open_core(settings_from(os.environ))
except SettingsError as error:
    sys.exit(str(error))

sender = Sender(core)
app = create_app(core, sender)
sender.start()
