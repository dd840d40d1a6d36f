"""City components (部件): lamps, manholes, bins and all else that is surveyed and kept."""
