"""The local stack: PostgreSQL, Redis, Mosquitto and RTSP from a private root file system."""

from deploy.stack.errors import StackError
from deploy.stack.local import SERVERS, LocalStack
from deploy.stack.ports import Ports

__all__ = ["SERVERS", "LocalStack", "Ports", "StackError"]
