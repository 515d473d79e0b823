# SPDX-License-Identifier: ISC
"""Runs the golden cases: python3 -m tests.golden.run BINARY [CASE...]

A case fails if the output differs from its `out`, if a line is against the schema or if one of its
expectations does not hold.
"""

import sys
from concurrent.futures import ProcessPoolExecutor

from tests.golden import case, coverage, difference
from tests.lib.recordings import GOLDEN

WORKERS = 2


def examine(binary: str, name: str) -> list[str]:
    """All that is wrong with one case."""
    one = case.Case(GOLDEN / name)
    output, complaints = one.run(binary)
    complaints += one.check(output)
    if one.expected is None:
        complaints.append("there is no out; see approve")
    else:
        complaints += difference.describe(one.expected, output)
    return complaints


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    binary, *names = arguments
    cases = case.find(names)
    failed = 0
    with ProcessPoolExecutor(WORKERS) as pool:
        futures = [(one.name, pool.submit(examine, binary, one.name)) for one in cases]
        for name, future in futures:
            complaints = future.result()
            if complaints:
                failed += 1
                print(f"FAIL {name}: {GOLDEN / name}")
                for complaint in complaints:
                    print(f"    {complaint}")
    gaps = [] if names else coverage.missing((one.folder / "in").read_bytes() for one in cases)
    for gap in gaps:
        print(f"FAIL {gap}")
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed or gaps or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
