"""`python -m deploy.local up|down|demo|bench|faults`: what the Makefile's targets run."""

import argparse
import sys

from deploy.local.bench import bench
from deploy.local.demo import demo
from deploy.local.faults.command import faults
from deploy.local.up import down, up

_COMMANDS = {"up": up, "down": down, "demo": demo, "bench": bench, "faults": faults}


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy.local", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    return _COMMANDS[parser.parse_args().command]()


if __name__ == "__main__":
    sys.exit(main())
