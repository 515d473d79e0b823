# SPDX-License-Identifier: ISC
"""The documents: every link leads somewhere, README stays short, and the library's example is the one that is built."""

import re
import unittest
from pathlib import Path

from script.lib.checkout import ROOT

FOLDERS = (".", "doc", "contrib", "dashboards", "debian", "tests", "script")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    found = {*ROOT.glob("*.md")}
    for folder in FOLDERS[1:]:
        found |= {*(ROOT / folder).rglob("*.md")}
    return sorted(found)


def prose(path: Path) -> str:
    return CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))


def anchor(heading: str) -> str:
    """As GitHub makes it: small letters, marks gone, blanks as dashes."""
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {anchor(line.lstrip("#")) for line in prose(path).splitlines() if line.startswith("#")}


def broken(path: Path) -> list[str]:
    """The links of a document that lead nowhere. Other sites are not asked."""
    found = []
    for link in LINK.findall(prose(path)):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, part = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (part and part not in anchors(target)):
            found.append(link)
    return found


class Documents(unittest.TestCase):
    def test_there_are_documents_and_links(self) -> None:
        self.assertGreater(len(documents()), 10)
        self.assertGreater(sum(len(LINK.findall(prose(path))) for path in documents()), 10)

    def test_every_link_leads_to_a_file_and_to_a_heading_in_it(self) -> None:
        for path in documents():
            with self.subTest(path.relative_to(ROOT)):
                self.assertEqual(broken(path), [])

    def test_readme_is_read_in_ten_minutes(self) -> None:
        self.assertLessEqual(len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()), 180)

    def test_every_document_can_be_reached_from_readme(self) -> None:
        reached, waiting = set(), [ROOT / "README.md"]
        while waiting:
            path = waiting.pop()
            if path in reached or path.suffix != ".md":
                continue
            reached.add(path)
            waiting += [target for link in LINK.findall(prose(path))
                        if "://" not in link and (target := (path.parent / link.partition("#")[0]).resolve()).is_file()]
        self.assertEqual({path.name for path in (ROOT / "doc").glob("*.md")} - {path.name for path in reached}, set())

    def test_no_long_sentence_stands_in_two_documents(self) -> None:
        seen: dict[str, Path] = {}
        for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "doc").glob("*.md"))]:
            text = " ".join(line for line in prose(path).splitlines() if line and line[0] not in "|# ")
            for sentence in re.split(r"(?<=[.:;!?]) ", text):
                if len(sentence) < 60:
                    continue
                with self.subTest(sentence):
                    self.assertEqual(seen.setdefault(sentence, path), path)

    def test_the_example_in_the_text_is_the_one_that_is_built(self) -> None:
        text = (ROOT / "doc" / "library.md").read_text(encoding="utf-8")
        code = (ROOT / "examples" / "recipients_per_domain.cpp").read_text(encoding="utf-8")
        self.assertIn(f"```cpp\n{code}```\n", text)


if __name__ == "__main__":
    unittest.main()
