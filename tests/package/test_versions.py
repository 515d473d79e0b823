# SPDX-License-Identifier: ISC
"""meson.build, CHANGELOG.md and debian/changelog speak of the same version, and the packages are built with every
library that script/bootstrap installs for the program."""

import re
import unittest

from script.lib.checkout import ROOT

NO_LIBRARIES_OF_THE_PROGRAM = {"doctest-dev", "dpkg-dev", "libclang-rt-dev"}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def first(pattern: str, path: str) -> str:
    found = re.search(pattern, text(path), re.MULTILINE)
    assert found, f"no {pattern} in {path}"
    return found[1]


class Versions(unittest.TestCase):
    def test_the_package_has_the_version_of_the_program(self) -> None:
        program = first(r"^  version: '([^']+)'", "meson.build")
        self.assertEqual(first(r"^filter-jsonlog \(([^)]+)\)", "debian/changelog"), program)

    def test_skeletons_for_other_systems_name_the_same_version(self) -> None:
        program = first(r"^  version: '([^']+)'", "meson.build")
        self.assertEqual({first(r"^V =\s+(\S+)", "contrib/ports/openbsd/Makefile"),
                          first(r"^DISTVERSION=\s+(\S+)", "contrib/ports/freebsd/Makefile"),
                          first(r"^Version:\s+(\S+)", "contrib/rpm/filter-jsonlog.spec")}, {program})

    def test_both_changelogs_agree_on_what_is_released(self) -> None:
        heading = first(r"^## \[?([^\]\n ]+)", "CHANGELOG.md")
        version, distribution = re.match(r"filter-jsonlog \(([^)]+)\) (\w+);", text("debian/changelog")).groups()
        self.assertEqual(heading, "Unreleased" if distribution == "UNRELEASED" else version)

    def test_every_library_of_the_build_is_a_build_dependency(self) -> None:
        installed = set(re.findall(r"\b[\w.+-]+-dev\b", text("script/bootstrap")))
        self.assertIn("libspdlog-dev", installed)
        named = set(re.findall(r"^ ([\w+.-]+)", text("debian/control"), re.MULTILINE))
        self.assertEqual(installed - NO_LIBRARIES_OF_THE_PROGRAM - named, set())


if __name__ == "__main__":
    unittest.main()
