"""States of cameras (状态): kept with their history, and told to all who wait for them."""
