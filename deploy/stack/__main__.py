"""`python -m deploy.stack`: the local stack without the rest of the program."""

import argparse
import os
import sys
from pathlib import Path

from deploy.stack.errors import StackError
from deploy.stack.local import LocalStack
from deploy.stack.rootfs import ensure_rootfs

CHECKOUT = Path(__file__).resolve().parents[2]


def var_dir() -> Path:
    """Where this checkout keeps its data."""
    return Path(os.environ.get("HENGYANG_VAR_DIR") or CHECKOUT / "var")


def up(stack: LocalStack) -> None:
    stack.up()
    print(stack.table())
    print(f"addresses and passwords: {stack.env_file}")


def down(stack: LocalStack) -> None:
    with stack.unused():
        stack.down()


def status(stack: LocalStack) -> None:
    print(stack.table())


def reset(stack: LocalStack) -> None:
    with stack.unused():
        stack.reset()


def rootfs(_stack: LocalStack) -> None:
    print(ensure_rootfs())


COMMANDS = {command.__name__: command for command in (up, down, status, reset, rootfs)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.stack")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--yes", action="store_true", help="reset: really remove all data")
    arguments = parser.parse_args()
    if arguments.command == "reset" and not arguments.yes:
        parser.error("reset removes every row and every password: say --yes")
    try:
        COMMANDS[arguments.command](LocalStack(var_dir()))
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
