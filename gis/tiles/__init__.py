"""Vector tiles (MVT): the base map simplified per zoom, and points that cluster on one grid."""
