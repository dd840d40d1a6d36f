"""Names of the faults of cameras."""

# Of the stream, not of a picture: see stream.py.
LOSS, FREEZE, NO_KEY_FRAMES, MOVED = "loss", "freeze", "no_key_frames", "moved"
# Of a picture: see flaws.py.
PICTURE = ("black", "blur", "over_exposure", "colour_cast", "noise", "occlusion")
FLAWS = (LOSS, FREEZE, NO_KEY_FRAMES, MOVED, *PICTURE)
