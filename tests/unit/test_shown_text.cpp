// SPDX-License-Identifier: ISC
#include "text/shown_text.hpp"

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("shown_text")
{
  TEST_CASE("letters of any language stay as they are")
  {
    CHECK(shown("MAIL FROM:<a@b.example>") == "MAIL FROM:<a@b.example>");
    CHECK(shown("\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xac") == "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xac");
  }

  TEST_CASE("what would move the cursor, colour or turn the text is written out")
  {
    CHECK(shown("a\x1b[31mb") == "a<U+001B>[31mb");
    CHECK(shown("\x7f") == "<U+007F>");
    CHECK(shown("\r\n\t") == "<U+000D><U+000A><U+0009>");
    CHECK(shown("\xc2\x9b") == "<U+009B>");
    CHECK(shown("\xe2\x80\xae") == "<U+202E>");
    CHECK(shown("\xe2\x81\xa6") == "<U+2066>");
    CHECK(shown("\xef\xbb\xbf") == "<U+FEFF>");
  }

  TEST_CASE("a byte that is no character is written as a number")
  {
    CHECK(shown("\xff\xc3") == "\\xFF\\xC3");
    CHECK(shown("\xe2\x82") == "\\xE2\\x82");
  }

  TEST_CASE("columns are counted in characters")
  {
    CHECK(shown("\xc3\xa9\xc3\xa9\xc3\xa9", 3) == "\xc3\xa9\xc3\xa9\xc3\xa9");
    CHECK(shown("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 3) == "\xc3\xa9\xc3\xa9\xc3\xa9...");
    CHECK(shown("", 0).empty());
  }

  TEST_CASE("a JSON string keeps its value and loses what a terminal obeys")
  {
    CHECK(shown_json("a \xe2\x80\xae b") == R"(a \u202e b)");
    CHECK(shown_json("\xf3\xa0\x80\x81") == R"(\udb40\udc01)");
    CHECK(shown_json("\xc3\xa9 \\n") == "\xc3\xa9 \\n");
  }
}
