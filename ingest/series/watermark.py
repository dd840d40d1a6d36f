"""The watermark of the rollups: hours before `rollup_progress.rolled_upto` are closed."""

# A writer takes the lock shared and then reads the edge, in the transaction of its facts; of facts
# older than the edge it marks the hour in `rollup_dirty` by an upsert that locks the mark's row.
# The edge moves only under the exclusive lock, when no such writer is under way. So at any moment
# every fact is either not behind the edge, or in its rollup, or in an hour that bears a mark.
ROLLUP_LOCK = 0x6879_726F_6C6C_7570  # "hyrollup"
