"""What Flower reads from its working folder: nobody looks without the login of FLOWER_BASIC_AUTH_FILE (name:password).

Flower itself takes the login from the environment or the command line only, where other programs could read it.
"""

import os
import sys
from pathlib import Path

try:
    basic_auth = [Path(os.environ["FLOWER_BASIC_AUTH_FILE"]).read_text().strip()]
except (KeyError, OSError) as error:
    sys.exit(f"FLOWER_BASIC_AUTH_FILE must name a file with name:password, one line: {error!r}.")
if ":" not in basic_auth[0]:
    sys.exit("FLOWER_BASIC_AUTH_FILE holds no name:password.")
