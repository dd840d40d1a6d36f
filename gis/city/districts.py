"""The city and its twelve districts by name; where they are built up, roughly."""

from typing import NamedTuple

CITY = "4304"


class District(NamedTuple):
    """A district (区县) of Hengyang."""

    code: str
    name_zh: str
    name_en: str


# Of the city itself the package has adcode 430400; our code of it is the prefix of all others.
CITY_NAMES = ("衡阳市", "Hengyang City")
CITY_ADCODE = "430400"

DISTRICTS = (
    District("430405", "珠晖区", "Zhuhui District"),
    District("430406", "雁峰区", "Yanfeng District"),
    District("430407", "石鼓区", "Shigu District"),
    District("430408", "蒸湘区", "Zhengxiang District"),
    District("430412", "南岳区", "Nanyue District"),
    District("430421", "衡阳县", "Hengyang County"),
    District("430422", "衡南县", "Hengnan County"),
    District("430423", "衡山县", "Hengshan County"),
    District("430424", "衡东县", "Hengdong County"),
    District("430426", "祁东县", "Qidong County"),
    District("430481", "耒阳市", "Leiyang City"),
    District("430482", "常宁市", "Changning City"),
)


class Settlement(NamedTuple):
    """Where a town is built up: a centre, and how far it reaches towards eight sides.

    `reaches` are metres towards east, north-east, north ... south-east; between them the edge is
    smooth. Estimates from public descriptions, no survey.
    """

    lon: float
    lat: float
    reaches: tuple[float, ...]
    districts: tuple[str, ...]


URBAN = Settlement(
    112.6015,
    26.8935,
    (7400, 6900, 6700, 6900, 7000, 7100, 7300, 6700),
    ("430405", "430406", "430407", "430408"),
)
NANYUE = Settlement(
    112.7310, 27.2450, (1700, 1300, 1100, 1200, 1900, 2300, 2500, 2100), ("430412",)
)

# `small`: some streets of one district, in seconds, for tests.
SMALL = Settlement(112.5900, 26.8850, (1500,) * 8, ("430408",))

# Subdistricts as the districts publish their names; the areas we give them are generated.
STREETS = {
    "430405": (
        "广东路街道", "东风路街道", "冶金街道", "苗圃街道", "粤汉街道", "衡州路街道", "东阳渡街道",
    ),
    "430406": (
        "先锋街道", "雁峰街道", "天马山街道", "黄茶岭街道", "白沙洲街道", "金龙坪街道",
    ),
    "430407": ("人民路街道", "青山街道", "潇湘街道", "五一街道", "合江街道", "黄沙湾街道"),
    "430408": ("红湘街道", "蒸湘街道", "联合街道", "华兴街道", "雨母山街道"),
    "430412": ("祝融街道", "南岳街道"),
}  # fmt: skip
