"""A camera's eye: the picture of one moment of the world."""

from collections.abc import Collection, Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from simulators.cameras import bodies, overlay, signals
from simulators.cameras.backdrop import Backdrop
from simulators.cameras.flaws import MOVED_DEGREES, PICTURE_FLAWS
from simulators.cameras.ground import MapStreet, about
from simulators.cameras.heads import Head
from simulators.cameras.light import Light
from simulators.cameras.motion import Motion, Step
from simulators.cameras.names import MOVED
from simulators.cameras.pose import Lens, Pose
from simulators.world.frame import Phase

Picture = NDArray[np.uint8]

NOON = Light(1.0, 0)  # until the world has told of its sun


class Eye:
    """Renders what one camera sees. Painting the backdrop takes a tenth of a second, once."""

    def __init__(
        self,
        name: str,
        pose: Pose,
        size: tuple[int, int],
        streets: Sequence[MapStreet],
        seed: int,
        heads: Sequence[Head] = (),
    ) -> None:
        self.name, self.pose, self.size = name, pose, size
        self._streets, self._seed, self._heads = streets, seed, heads
        self._motion = Motion(pose)
        self._light = NOON
        self._phases: dict[str, Phase] = {}
        self._views: dict[bool, Backdrop] = {}
        self._number = 0

    def hear(self, step: Step) -> None:
        """The world has made a step."""
        self._motion.hear(step)
        self._light = Light.of(step.sun_elevation, step.rain_rate)
        self._phases = step.phases

    def picture(self, world_time: float, shown_time: float, flaws: Collection[str] = ()) -> Picture:
        """The picture (height, width, 3; blue, green, red) of a moment of the world.

        Args:
            world_time: epoch seconds at which vehicles are shown.
            shown_time: what is burnt in.
            flaws: names of picture faults.
        """
        self._number += 1
        view = self._view(MOVED in flaws)
        picture = view.under(self._light)
        moving = self._motion.at(world_time)
        signals.paint(picture, view.lens, self._heads, self._phases, self._light)
        bodies.paint(picture, view.lens, moving, self._light, view.walls)
        if self._light.rain:
            overlay.rain(picture, self._light.rain, self._number)
        for name, flaw in PICTURE_FLAWS.items():
            if name in flaws:
                picture = flaw(picture, self._number)
        overlay.burn_in(picture, self.name, overlay.clock(shown_time))
        return picture

    def _view(self, moved: bool) -> Backdrop:
        if moved not in self._views:
            turned = (self.pose.heading + MOVED_DEGREES) % 360
            pose = replace(self.pose, heading=turned) if moved else self.pose
            ground = about(pose, self._streets, self._seed)
            self._views[moved] = Backdrop(Lens(pose, *self.size), ground)
        return self._views[moved]
