"""Places, geometry and coordinates of the city: divisions, grids, roads, components."""
