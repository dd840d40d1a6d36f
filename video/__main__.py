"""`python -m video`: one worker of video."""

from video.processes import run_video

if __name__ == "__main__":
    run_video()
