"""`python -m deploy.cluster VERB [OVERLAY]`: what the Makefile's targets for a cluster run."""

import argparse
import sys
from collections.abc import Callable, Mapping

from deploy.cluster.asked import Asked, AskedWrongError, asked_for, overlay_names
from deploy.cluster.doctor.command import doctor
from deploy.cluster.kubectl import ClusterError
from deploy.cluster.looking import flower, logs
from deploy.cluster.manifests import OverlayError
from deploy.cluster.removal import undeploy
from deploy.cluster.render import RenderError, render
from deploy.cluster.rollout import deploy
from deploy.cluster.rotation import rotate_key
from deploy.cluster.status import status
from deploy.local.stand import say


def show_rendered(asked: Asked) -> int:
    """The one overlay, or all of them."""
    for name in [asked.overlay_name] if asked.overlay_name else overlay_names():
        print("---", render(name).strip(), sep="\n")
    return 0


VERBS: Mapping[str, Callable[[Asked], int]] = {
    "render": show_rendered,
    "deploy": deploy,
    "undeploy": undeploy,
    "status": status,
    "logs": logs,
    "flower": flower,
    "rotate-key": rotate_key,
    "doctor": doctor,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy.cluster", description=__doc__)
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("overlay", nargs="?", default="", help="else OVERLAY of the environment")
    options = parser.parse_args()
    try:
        return VERBS[options.verb](asked_for(options.overlay))
    except (AskedWrongError, ClusterError, OverlayError, RenderError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
