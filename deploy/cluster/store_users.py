"""`python -m deploy.cluster.store_users < password`: the ACL file of the store in the cluster, for the secret
`store-users`.

One user with the commands that our processes give, and nobody else: a server that runs Lua for everybody has been a way
in (CVE-2025-49844). A managed server takes the same rules.
"""

import hashlib
import sys
from pathlib import Path

USER = "causeway"
_RULES = Path(__file__).parents[1] / "k8s/components/valkey/rules.acl"


def users_acl(password: str) -> str:
    """The file holds the password's hash only."""
    digest = hashlib.sha256(password.encode()).hexdigest()
    return f"user default off\nuser {USER} on #{digest} {_RULES.read_text().strip()}\n"


def main() -> None:
    password = sys.stdin.read().strip()
    if not password:
        sys.exit("There is no password on standard input: python -m deploy.cluster.store_users < password.")
    print(users_acl(password), end="")


if __name__ == "__main__":
    main()
