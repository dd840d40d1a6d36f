"""The rules that the security administrator sets."""
