"""`python -m cityops rules`: one process of city operations."""

import sys

from cityops.processes import run_rules

ROLES = {"rules": run_rules}


def main() -> None:
    """Runs the role named on the command line."""
    if len(sys.argv) != 2 or sys.argv[1] not in ROLES:
        sys.exit(f"usage: python -m cityops {'|'.join(ROLES)}")
    ROLES[sys.argv[1]]()


if __name__ == "__main__":
    main()
