"""Accounts: made by the system administrator, given rights by the security administrator."""
