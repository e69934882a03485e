"""What granian serves: the sinks."""

import os
import sys

from sandbox.sinks.app import create_app
from sandbox.sinks.settings import SettingsError, data_folder
from sandbox.sinks.store import Arrivals

try:
    app = create_app(Arrivals(data_folder(os.environ)))
except SettingsError as error:
    sys.exit(str(error))
