"""Search: everything with a name or a code, by Chinese, pinyin, initials, English or number."""
