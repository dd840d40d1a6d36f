"""The RTSP server itself: runs on the Python and the GStreamer of the root file system alone."""

import json
import re
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

NAME = re.compile("[A-Za-z0-9_-]{1,40}")
HOST = "127.0.0.1"
READER = "reader"
# What comes in goes out as it is: nothing here decodes. Parameter sets are repeated before every
# key frame, so that a reader who comes late, or after a change of size, can begin there.
PIPELINE = (
    "( udpsrc name=feed caps=application/x-rtp,media=video,clock-rate=90000,"
    "encoding-name=H264,payload=96 ! rtph264depay"
    " ! video/x-h264,stream-format=byte-stream,alignment=au"
    " ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)
FEED_BYTES = 4 << 20  # a key frame comes in one burst
MOST_LINE_BYTES = 65_536
SESSION_SWEEP_SECONDS = 10


class Feed(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]  # a GObject class
    """One mount: RTP comes to a port of its own, which is held as long as the mount is."""

    __gtype_name__ = "HengyangFeed"

    def __init__(self) -> None:
        super().__init__()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, FEED_BYTES)
        self._socket.bind((HOST, 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        self.readers: set[Any] = set()
        self.set_shared(True)
        # Interleaved only: over UDP a reader would lose parts of large key frames, and each would
        # open ports of its own.
        self.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
        self.set_latency(0)
        self.add_role_from_structure(_rights())

    def do_create_element(self, _url: object) -> Any:
        self._forget_old()
        pipeline = Gst.parse_launch(PIPELINE)
        feed = pipeline.get_by_name("feed")
        feed.set_property("socket", Gio.Socket.new_from_fd(self._socket.dup().detach()))
        return pipeline

    def close(self) -> None:
        self._socket.close()
        for reader in list(self.readers):
            reader.close()

    def _forget_old(self) -> None:
        """What came while nobody looked is of the past."""
        try:
            while self._socket.recv(65_536):
                pass
        except BlockingIOError:
            pass


def _rights() -> Any:
    rights = Gst.Structure.new_empty(READER)
    rights.set_value("media.factory.access", True)
    rights.set_value("media.factory.construct", True)
    return rights


class Cameras:
    """The mounts `/cam/NAME`. A mount lives as long as the connection that asked for it."""

    def __init__(self, port: int, password: str) -> None:
        self._server = GstRtspServer.RTSPServer.new()
        self._server.set_address(HOST)
        self._server.set_service(str(port))
        self._server.set_auth(_digest(password))
        # A thread for each reader: one who waits for a camera that sends nothing holds up nobody.
        pool = GstRtspServer.RTSPThreadPool.new()
        pool.set_max_threads(-1)
        self._server.set_thread_pool(pool)
        self._server.connect("client-connected", self._connected)
        self._feeds: dict[str, tuple[Feed, object]] = {}
        # Nobody's role has a right on it: it tells who has the password from who has not.
        self._server.get_mount_points().add_factory("/knock", _closed_door())
        if self._server.attach(None) == 0:
            raise SystemExit(f"cannot listen on {HOST}:{port}")
        GLib.timeout_add_seconds(SESSION_SWEEP_SECONDS, self._sweep)

    def obey(self, order: dict[str, Any], owner: object) -> dict[str, Any]:
        acts: dict[str, Callable[[str, object], dict[str, Any]]] = {
            "mount": self._mount,
            "unmount": self._unmount,
            "look": self._look,
        }
        act = acts.get(str(order.get("do")))
        if act is None:
            return _refusal(f"do must be one of {', '.join(acts)}")
        return act(str(order.get("name", "")), owner)

    def forget(self, owner: object) -> None:
        """Takes away all that a connection had mounted."""
        for name in [name for name, (_, other) in self._feeds.items() if other is owner]:
            self._remove(name)

    def _mount(self, name: str, owner: object) -> dict[str, Any]:
        if not NAME.fullmatch(name):
            return _refusal("a name is of letters, digits, _ and -")
        feed, holder = self._feeds.get(name, (None, owner))
        if holder is not owner:
            return _refusal(f"{name} is fed by another")
        if feed is None:
            feed = Feed()
            self._feeds[name] = (feed, owner)
            self._server.get_mount_points().add_factory(_path(name), feed)
            say("mounted", name=name, port=feed.port)
        return {"ok": True, "port": feed.port}

    def _unmount(self, name: str, owner: object) -> dict[str, Any]:
        if self._feeds.get(name, (None, None))[1] is not owner:
            return _refusal(f"{name} is not mounted by you")
        self._remove(name)
        return {"ok": True}

    def _look(self, _name: str, _owner: object) -> dict[str, Any]:
        mounts = {name: len(feed.readers) for name, (feed, _) in self._feeds.items()}
        return {"ok": True, "mounts": mounts}

    def _remove(self, name: str) -> None:
        feed, _ = self._feeds.pop(name)
        self._server.get_mount_points().remove_factory(_path(name))
        feed.close()
        say("unmounted", name=name)

    def _connected(self, _server: object, client: Any) -> None:
        client.connect("play-request", self._played)
        client.connect("closed", self._closed)

    def _played(self, client: Any, context: Any) -> None:
        name = context.uri.abspath.removeprefix(_path(""))
        GLib.idle_add(self._note, client, name.partition("/")[0])

    def _note(self, client: Any, name: str) -> bool:
        if name in self._feeds:
            self._feeds[name][0].readers.add(client)
        return False

    def _closed(self, client: Any) -> None:
        GLib.idle_add(self._forget_reader, client)

    def _forget_reader(self, client: Any) -> bool:
        for feed, _ in self._feeds.values():
            feed.readers.discard(client)
        return False

    def _sweep(self) -> bool:
        self._server.get_session_pool().cleanup()
        return True


class Control:
    """Orders as lines of JSON on a Unix socket, each answered by one line."""

    def __init__(self, path: Path, cameras: Cameras) -> None:
        self._cameras = cameras
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(16)
        GLib.io_add_watch(self._socket.fileno(), GLib.IOCondition.IN, self._accept)

    def _accept(self, _fd: int, _condition: object) -> bool:
        caller, _ = self._socket.accept()
        caller.settimeout(5)  # for answers; a line is read only when something is there
        heard = bytearray()
        watch = GLib.IOCondition.IN | GLib.IOCondition.HUP
        GLib.io_add_watch(caller.fileno(), watch, lambda *_: self._hear(caller, heard))
        return True

    def _hear(self, caller: socket.socket, heard: bytearray) -> bool:
        try:
            said = caller.recv(4096)
            heard += said
            while b"\n" in heard:
                line, _, rest = bytes(heard).partition(b"\n")
                heard[:] = rest
                caller.sendall(json.dumps(self._answer(line, caller)).encode() + b"\n")
        except OSError:
            said = b""
        if said and len(heard) < MOST_LINE_BYTES:
            return True
        self._cameras.forget(caller)
        caller.close()
        return False

    def _answer(self, line: bytes, caller: socket.socket) -> dict[str, Any]:
        try:
            order = json.loads(line)
        except ValueError:
            return _refusal("this is no JSON")
        if not isinstance(order, dict):
            return _refusal("an order is an object")
        return self._cameras.obey(order, caller)


def _digest(password: str) -> Any:
    auth = GstRtspServer.RTSPAuth.new()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken.new()
    token.set_string("media.factory.role", READER)
    auth.add_digest(READER, password, token)
    return auth


def _closed_door() -> Any:
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_permissions(GstRtspServer.RTSPPermissions.new())
    return factory


def _path(name: str) -> str:
    return f"/cam/{name}"


def _refusal(why: str) -> dict[str, Any]:
    return {"ok": False, "detail": why}


def say(event: str, **fields: object) -> None:
    """One line of the log."""
    print(json.dumps({"event": f"rtsp.{event}", **fields}), flush=True)


def main(port: str, folder: str) -> None:
    Gst.init(None)
    home = Path(folder)
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGTERM, loop.quit)
    cameras = Cameras(int(port), (home / "password").read_text().strip())
    Control(home / "control.sock", cameras)
    say("listening", port=int(port))
    loop.run()


if __name__ == "__main__":
    main(*sys.argv[1:3])
