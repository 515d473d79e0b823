# SPDX-License-Identifier: ISC
"""The example counts what the reports of a transcript say."""

import subprocess
import sys
import unittest
from collections import Counter

from tests.lib.recordings import GOLDEN

EXAMPLE = sys.argv.pop(1)


def accepted(stream: bytes) -> Counter[str]:
    """Of reports from 0.6 on: tx-rcpt|SESSION|MESSAGE|RESULT|ADDRESS."""
    domains: Counter[str] = Counter()
    for line in stream.decode("utf-8", "replace").splitlines():
        fields = line.split("|", 8)
        if fields[0] == "report" and fields[4] == "tx-rcpt" and fields[7] == "ok":
            domains[fields[8].rpartition("@")[2].lower()] += 1
    return domains


class Example(unittest.TestCase):
    def test_counts_recipients_per_domain(self) -> None:
        stream = (GOLDEN / "transcript-7.8.0p1-tls-auth" / "in").read_bytes()
        result = subprocess.run([EXAMPLE], input=stream, capture_output=True, timeout=30, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        counted = {domain: int(count) for domain, count in map(str.split, result.stdout.decode().splitlines())}
        self.assertGreater(len(counted), 0)
        self.assertEqual(counted, dict(accepted(stream)))

    def test_nothing_gives_nothing(self) -> None:
        result = subprocess.run([EXAMPLE], input=b"nonsense\n", capture_output=True, timeout=30, check=False)
        self.assertEqual((result.returncode, result.stdout), (0, b""))


if __name__ == "__main__":
    unittest.main()
