"""Chinese names in Latin letters: pinyin for reading, initials for typing."""

from pypinyin import Style, lazy_pinyin

# Endings that have an English word; the stem before them is written in pinyin.
_ENDINGS = (
    ("快速路", "Expressway"),
    ("社区", "Community"),
    ("街道", "Subdistrict"),
    ("大道", "Avenue"),
    ("路", "Road"),
    ("街", "Street"),
    ("巷", "Lane"),
)


def romanised(name: str) -> tuple[str, str]:
    """Pinyin without tones, in one word, and the initials: 衡州大道 gives hengzhoudadao, hzdd."""
    syllables = lazy_pinyin(name)
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER)
    return "".join(syllables).lower(), "".join(initials).lower()


def english(name: str) -> str:
    """A name as a sign would write it: 衡州大道 gives Hengzhou Avenue."""
    for ending, word in _ENDINGS:
        stem = name.removesuffix(ending)
        if stem and stem != name:
            return f"{''.join(lazy_pinyin(stem)).capitalize()} {word}"
    return "".join(lazy_pinyin(name)).capitalize()
