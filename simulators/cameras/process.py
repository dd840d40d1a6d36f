"""The process of the cameras: `python -m simulators.cameras.process FOLDER [record]`."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import cv2
import msgspec

from simulators.cameras import plan as plans
from simulators.cameras.ground import streets_of
from simulators.cameras.loops import record, recording_file
from simulators.cameras.orders import Beat, FlawOrder
from simulators.cameras.studio import Studio

BEAT_SECONDS = 1.0
log = logging.getLogger(__name__)
RECORD = "record"
NICENESS = 10  # of the process that makes recordings: live pictures come first


def main(words: list[str]) -> int:
    """Runs until SIGTERM or until standard input ends: a parent that was killed closes it."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    cv2.setNumThreads(1)
    folder = Path(words[0])
    plan = plans.read(folder)
    if words[1:] == [RECORD]:
        return _record(plan)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: our parent ends us in order
    recorder = subprocess.Popen(
        [sys.executable, "-m", "simulators.cameras.process", str(folder), RECORD],
        stdin=subprocess.DEVNULL,
    )
    studio = Studio(plan)

    signal.signal(signal.SIGTERM, lambda *_: studio.end())
    Thread(target=_obey, args=(studio,), daemon=True).start()
    Thread(target=_beat, args=(studio,), daemon=True).start()
    try:
        studio.run()
    finally:
        studio.close()
        recorder.terminate()
        recorder.wait()
    return 0


def _record(plan: plans.Plan) -> int:
    """Makes the recordings that are missing, one after the other."""
    os.nice(NICENESS)
    streets = streets_of(plan.streets)
    for camera in plan.cameras:
        file = recording_file(Path(plan.cache), camera, streets, plan.seed)
        if camera.recorded and not file.exists():
            record(file, camera, streets, plan.seed)
    return 0


def _obey(studio: Studio) -> None:
    for line in sys.stdin.buffer:
        try:
            order = msgspec.json.decode(line, type=FlawOrder)
        except msgspec.DecodeError as error:
            log.warning("no order: %s", error)
        else:
            studio.order(order.device_id, order.flaw, order.seconds)
    studio.end()


def _beat(studio: Studio) -> None:
    """Says once a second how it goes; a parent that is gone is the end."""
    try:
        while not studio.ended:
            beat = Beat(studio.streaming, studio.shown, studio.late)
            sys.stdout.buffer.write(msgspec.json.encode(beat) + b"\n")
            sys.stdout.buffer.flush()
            time.sleep(BEAT_SECONDS)
    except BrokenPipeError:
        studio.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
