"""The roof: everything put together. Nobody imports it."""
