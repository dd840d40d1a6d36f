"""What a person types, as the index understands it: bigrams, since a Chinese word is two."""

import unicodedata

MOST_CHARACTERS = 60  # of what is typed; no name is longer
_LAST = chr(0x10FFFF)


def tight(text: str) -> str:
    """Small letters of one width, without spaces, control characters and halves of characters."""
    plain = unicodedata.normalize("NFKC", text).lower()
    kept = (c for c in plain if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept)[:MOST_CHARACTERS]


def grams(query: str) -> list[str]:
    """Grams that every name with the (tight, not empty) text in it has, as `search_grams` does.

    A single character is looked for anywhere, a single letter at the beginning of a field.
    """
    if len(query) == 1:
        return [query] if query > "~" else [f"^{query}"]
    return sorted({query[i : i + 2] for i in range(len(query) - 1)})


def after(prefix: str) -> str:
    """A text above all that begin with the (not empty) prefix, in the order of characters."""
    return prefix + _LAST
