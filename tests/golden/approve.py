# SPDX-License-Identifier: ISC
"""Writes `out` of golden cases from what the program says now: python3 -m tests.golden.approve [--yes] BINARY [CASE...]

Shows each difference and asks. --yes accepts all of them, but never a case that breaks its
expectations or the schema or comes out differently each time: there either the program or the expectation is wrong.
"""

import sys

from tests.golden import case, difference


def main(arguments: list[str]) -> int:
    accept_all = "--yes" in arguments
    words = [word for word in arguments if word != "--yes"]
    if not words or words[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    binary, *names = words
    refused = changed = 0
    for one in case.find(names):
        output, complaints = one.run(binary)
        complaints += one.check(output)
        if one.run(binary)[0] != output:
            complaints.append("a second run gives other bytes")
        if complaints:
            refused += 1
            print(f"refused {one.name}:", *complaints[:10], sep="\n    ")
            continue
        if one.expected == output:
            continue
        print(f"{one.name}:", *difference.describe(one.expected or b"", output), sep="\n    ")
        if accept_all or input("accept? [y/N] ").strip().lower() == "y":
            (one.folder / "out").write_bytes(output)
            changed += 1
    print(f"{changed} written, {refused} refused")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
