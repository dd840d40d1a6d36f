"""Names for what is generated: plausible Chinese, each used once, the same for the same seed."""

from collections.abc import Iterator

import numpy as np

# Any of the first with any of the second makes a name that could stand on a sign in Hunan.
_FIRST = "东西南北新金银玉紫青碧翠红白长永安和兴福华锦云雁湘衡岳莲竹松"
_SECOND = "湖塘山岭桥江洲坪冲园苑庭泉溪湾滩堤井亭台冈巷田林屏阳峰麓浦泽"


def stems(seed: int) -> Iterator[str]:
    """Two-character stems in a shuffled order; there are 900."""
    made = [first + second for first in _FIRST for second in _SECOND]
    order = np.random.default_rng([seed, 1]).permutation(len(made))
    return iter([made[index] for index in order])
