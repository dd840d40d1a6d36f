"""`hengyang video`: workers that watch the cameras."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(video)


def video(
    processes: Annotated[int, typer.Option(min=1, max=32, help="Workers to run.")] = 1,
) -> None:
    """Watch the cameras, keep snapshots, hand out live pictures, until Ctrl-C."""
    from center import logs
    from server.family import run_family
    from video.processes import run_video

    logs.configure("video")
    run_family({f"video-{number}": run_video for number in range(1, processes + 1)})
