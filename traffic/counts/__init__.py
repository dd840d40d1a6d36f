"""Counts (流量) of passes per site and lane in 1, 5 and 15 minutes, exact at any moment."""
