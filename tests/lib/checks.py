# SPDX-License-Identifier: ISC
"""Checks whose names are sentences. A failed one is told at once, and the run goes on."""

from __future__ import annotations

from typing import Any

MOST_SHOWN = 800


class Checks:
    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []
        self.subject = ""

    def true(self, sentence: str, condition: object, detail: object = "") -> None:
        name = f"{self.subject}: {sentence}" if self.subject else sentence
        if condition:
            self.passed += 1
            print(f"ok      {name}")
        else:
            self.failed.append(name)
            print(f"FAILED  {name}" + (f"\n        {detail}" if detail != "" else ""))

    def equal(self, sentence: str, actual: Any, expected: Any) -> None:
        self.true(
            sentence,
            actual == expected,
            f"expected {shown(expected)}\n        but got  {shown(actual)}",
        )


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}… ({len(text)} characters)"
