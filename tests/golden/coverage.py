# SPDX-License-Identifier: ISC
"""The tripwire: every event that smtpd can report has a case, for each subsystem that emits it."""

from collections.abc import Iterable

BOTH = ("smtp-in", "smtp-out")

# The report events of smtpd-filters(7).
EMITTED_BY: dict[str, tuple[str, ...]] = {
    "link-connect": BOTH,
    "link-greeting": BOTH,
    "link-identify": BOTH,
    "link-tls": BOTH,
    "link-auth": BOTH,
    "link-disconnect": BOTH,
    "tx-begin": BOTH,
    "tx-mail": BOTH,
    "tx-rcpt": BOTH,
    "tx-envelope": BOTH,
    "tx-data": BOTH,
    "tx-commit": BOTH,
    "tx-rollback": BOTH,
    "tx-reset": BOTH,
    "protocol-client": BOTH,
    "protocol-server": BOTH,
    "filter-report": ("smtp-in",),
    "filter-response": ("smtp-in",),
    "timeout": BOTH,
}


def missing(streams: Iterable[bytes]) -> list[str]:
    """Events without a line in any of the streams."""
    seen: set[tuple[str, str]] = set()
    for stream in streams:
        for line in stream.split(b"\n"):
            fields = line.split(b"|", 5)
            if len(fields) == 6 and fields[0] == b"report":
                seen.add((fields[3].decode("latin-1"), fields[4].decode("latin-1")))
    return [f"no case has {event} of {subsystem}" for event, subsystems in EMITTED_BY.items()
            for subsystem in subsystems if (subsystem, event) not in seen]
