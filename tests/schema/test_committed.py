# SPDX-License-Identifier: ISC
"""The committed forms of the field table are what the program prints."""

import unittest

from script.lib.checkout import ROOT
from tests.lib.field_table import schema

FORMS = {
    "markdown": "doc/fields.md",
    "json-schema": "doc/event.schema.json",
    "index-template": "contrib/elasticsearch/index-template.json",
    "data-stream-template": "contrib/elasticsearch/index-template-data-stream.json",
}


class Committed(unittest.TestCase):
    def test_file_is_what_the_program_prints(self) -> None:
        for form, path in FORMS.items():
            with self.subTest(path):
                file = ROOT / path
                committed = file.read_text(encoding="utf-8") if file.exists() else None
                if committed != schema(form):
                    self.fail(f"is another one; make it anew: build/src/filter-jsonlog schema --{form} >{path}")


if __name__ == "__main__":
    unittest.main()
