"""What the centre asks of devices, and what they answered."""
