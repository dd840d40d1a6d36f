"""Records of single vehicles over all sites: passes (过车记录) and violations (违法)."""
