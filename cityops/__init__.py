"""City operations (数字城管): rules that watch the committed facts, later cases and duties."""
