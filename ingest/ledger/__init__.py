"""The ledger: which numbers of which device are committed, and which are missing."""
