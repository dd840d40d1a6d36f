"""The reading side: latest values, series, tracks and passes, with rollups behind a watermark."""
