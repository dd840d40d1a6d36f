"""Evidence (证据): pictures and documents kept under the SHA-256 of their content."""
