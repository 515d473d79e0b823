# SPDX-License-Identifier: ISC
"""A program that works beside the test, with no claim to the processor."""

from __future__ import annotations

import subprocess
from pathlib import Path

PATIENCE_S = 30


class Background:
    """In a process group of its own. What it prints is appended to the file `output`."""

    def __init__(
        self,
        command: list[str | Path],
        output: Path,
        folder: Path,
        environment: dict[str, str] | None = None,
    ) -> None:
        with output.open("ab") as said:
            self._process = subprocess.Popen(
                ["nice", "-n", "15", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=folder,
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """As a service is stopped: asked first, killed when it does not obey."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
