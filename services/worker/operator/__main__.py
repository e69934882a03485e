"""`python -m services.worker.operator`"""

import sys

from services.worker.operator.command import main

if __name__ == "__main__":
    sys.exit(main())
