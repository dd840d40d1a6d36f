"""Smart traffic (智能交通): what e-police sites have seen, counted, listed and named."""
