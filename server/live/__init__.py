"""The live feed: what changes in the city, over one WebSocket a viewer."""
