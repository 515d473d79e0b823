# SPDX-License-Identifier: ISC
"""A mail host of several: a filter of its own that writes its own file, and a Filebeat that ships it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from script.lib.elk.documents import read_lines
from script.lib.elk.engine import Engine
from script.lib.line import Line
from tests.elk import traffic
from tests.elk.check_filebeat import CONFIGURATIONS, WHERE_THE_ENGINE_IS, WHERE_THE_LOG_IS
from tests.elk.filebeat import INTO_ENGINES, Filebeat


class MailHost:
    """The filter has the first half of its reports when the `with` block begins, and the rest after
    finish()."""

    def __init__(self, number: int, events: int, binary: str, folder: Path, nodes: list[Engine]) -> None:
        self.name = f"mx{number}.test"
        self.log = folder / f"{self.name}.json"
        stream = folder / f"{self.name}.reports"
        with stream.open("wb") as out:
            traffic.write(out, events, smtpd=number)
        self._reports = stream.read_bytes().splitlines(keepends=True)
        self._command = [binary, "--host", self.name, "--file", str(self.log)]
        places = {
            WHERE_THE_LOG_IS: str(self.log),
            WHERE_THE_ENGINE_IS: '", "'.join(node.url for node in nodes),
        }
        # Between attempts in vain it waits up to a minute; that is not looked at.
        options = "-E", "output.elasticsearch.backoff.max=2s"
        shipped = CONFIGURATIONS / "filebeat-7.12-oss.yml"
        self.filebeat = Filebeat(INTO_ENGINES, shipped, places, *options)

    def __enter__(self) -> MailHost:
        self._filter = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._say(self._reports[: len(self._reports) // 2])
        self.filebeat.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.filebeat.__exit__()
        self.filebeat.remove()
        self._filter.kill()
        self._filter.wait()

    def finish(self) -> None:
        """The rest of the reports, and the end of smtpd."""
        self._say(self._reports[len(self._reports) // 2 :])
        assert self._filter.stdin
        self._filter.stdin.close()
        if status := self._filter.wait(60):
            raise RuntimeError(f"the filter of {self.name} ended with {status}")

    def _say(self, reports: list[bytes]) -> None:
        assert self._filter.stdin
        self._filter.stdin.writelines(reports)
        self._filter.stdin.flush()

    def lines(self) -> list[Line]:
        return read_lines(self.log)

    def has_shipped(self) -> bool:
        return self.filebeat.has_shipped(self.log)
