# SPDX-License-Identifier: ISC
"""What real smtpds told a filter, as the golden cases keep it."""

from script.lib.checkout import ROOT

GOLDEN = ROOT / "tests/golden"
TRANSCRIPTS = sorted(GOLDEN.glob("transcript-*/in"))
