"""The city as it is put on the map: real outlines, and a generated city inside them."""
