"""`python -m ingest gateway|warden`: one process of ingest."""

import sys

from ingest.processes import run_gateway, run_warden

ROLES = {"gateway": run_gateway, "warden": run_warden}


def main() -> None:
    """Runs the role named on the command line."""
    if len(sys.argv) != 2 or sys.argv[1] not in ROLES:
        sys.exit(f"usage: python -m ingest {'|'.join(ROLES)}")
    ROLES[sys.argv[1]]()


if __name__ == "__main__":
    main()
