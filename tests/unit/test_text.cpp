// SPDX-License-Identifier: ISC
#include "jsonlog/text.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace jsonlog;
using namespace std::string_view_literals;

namespace {

struct Written
{
  std::string json;
  bool complete;
};

Written write(std::string_view bytes, Cut cut = {1024, false})
{
  TextBuffer out;
  const bool complete = append_json_text(out, bytes, cut);
  return {std::string(out.view()), complete};
}

} // namespace

TEST_SUITE("text")
{
  TEST_CASE("printable ASCII stays as it is")
  {
    CHECK(write("").json == "");
    CHECK(write("a").json == "a");
    CHECK(write("550 5.1.1 <nosuch@example.net>: no such user |~").json ==
          "550 5.1.1 <nosuch@example.net>: no such user |~");
  }

  TEST_CASE("quotes and backslashes are escaped")
  {
    CHECK(write(R"(a"b\c)").json == R"(a\"b\\c)");
  }

  TEST_CASE("controls, DEL and C1 become four hex digits")
  {
    CHECK(write("\0\t\n\r\x1f"sv).json == R"(\u0000\u0009\u000a\u000d\u001f)");
    CHECK(write("\x7f").json == R"(\u007f)");
    CHECK(write("\xc2\x80\xc2\x85\xc2\x9f").json == R"(\u0080\u0085\u009f)");
    CHECK(write("\xc2\xa0").json == "\xc2\xa0");
  }

  TEST_CASE("well-formed UTF-8 stays as it is")
  {
    for (const std::string_view text : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\xac",
                                        "\xee\x80\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
      CHECK(write(text).json == text);
      CHECK(is_utf8(text));
    }
  }

  TEST_CASE("a byte that is no part of well-formed UTF-8 keeps its value in hex")
  {
    struct Case
    {
      std::string_view bytes, json;
    };
    for (const Case& row : {
           Case{"\xff", R"(\\xff)"},
           Case{"\x80", R"(\\x80)"},
           Case{"\xc0\xaf", R"(\\xc0\\xaf)"},                   // overlong
           Case{"\xe0\x80\xaf", R"(\\xe0\\x80\\xaf)"},          // overlong
           Case{"\xf0\x80\x80\xaf", R"(\\xf0\\x80\\x80\\xaf)"}, // overlong
           Case{"\xed\xa0\x80", R"(\\xed\\xa0\\x80)"},          // a surrogate
           Case{"\xf4\x90\x80\x80", R"(\\xf4\\x90\\x80\\x80)"}, // above U+10FFFF
           Case{"\xf5\x80", R"(\\xf5\\x80)"},
           Case{"a\xe2\x82", R"(a\\xe2\\x82)"}, // the end is missing
           Case{"\xe2\x82z", R"(\\xe2\\x82z)"},
           Case{"\xc3\xc3\xa9", "\\\\xc3\xc3\xa9"},
         }) {
      CAPTURE(row.json);
      CHECK(write(row.bytes).json == row.json);
      CHECK_FALSE(is_utf8(row.bytes));
    }
  }

  TEST_CASE("every byte is found at every place of a text")
  {
    for (std::size_t size = 1; size <= 20; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        for (int byte = 0; byte < 256; ++byte) {
          std::string text(size, 'a');
          text[at] = static_cast<char>(byte);
          const bool plain = byte >= 0x20 && byte < 0x7f;
          REQUIRE(is_plain(text) == plain);
          REQUIRE(is_utf8(text) == (byte < 0x80));
          REQUIRE(is_ascii(text) == (byte != 0 && byte < 0x80));
          const std::string alone = write(std::string_view(text).substr(at, 1)).json;
          REQUIRE(write(text).json ==
                  std::string(at, 'a') + alone + std::string(size - at - 1, 'a'));
        }
      }
    }
  }

  TEST_CASE("a cut falls before the character that does not fit")
  {
    CHECK(write("abc", {3, false}).complete);
    CHECK(write("abcd", {3, false}).json == "abc");
    CHECK_FALSE(write("abcd", {3, false}).complete);
    CHECK(write("a\xc3\xa9\xe2\x82\xac", {3, false}).json == "a\xc3\xa9");
    CHECK(write("a\xe2\x82\xac", {3, false}).json == "a");
    CHECK(write("\xff\xff", {7, false}).json == R"(\\xff)"); // four characters each
    CHECK(write("\"\"\"", {2, false}).json == R"(\"\")");
  }

  TEST_CASE("a cut of the JSON text counts what is written")
  {
    CHECK(write("\"\"\"", {4, true}).json == R"(\"\")");
    CHECK(write("\"\"\"", {5, true}).json == R"(\"\")");
    CHECK(write("\x01\x01", {11, true}).json == R"(\u0001)");
    CHECK(write("\xff\xff", {9, true}).json == R"(\\xff)");
    CHECK(write("plain", {4, true}).json == "plai");
  }

  TEST_CASE("case counts for nothing in ASCII letters only")
  {
    CHECK(equals_ignoring_case("StartTLS", "STARTTLS"));
    CHECK_FALSE(equals_ignoring_case("STARTTLS ", "STARTTLS"));
    CHECK_FALSE(equals_ignoring_case("[", "{"));
    CHECK(starts_with_ignoring_case("auth plain", "AUTH"));
    CHECK_FALSE(starts_with_ignoring_case("AUT", "AUTH"));
    std::string text = "\xc3\x89XAMPLE.Org";
    to_lower(text);
    CHECK(text == "\xc3\x89xample.org");
  }

  TEST_CASE("blanks are space and tab")
  {
    CHECK(skip_blanks(" \t EHLO x") == "EHLO x");
    CHECK(skip_blanks(" \t") == "");
    CHECK(first_word("AUTH\tPLAIN") == "AUTH");
    CHECK(first_word("QUIT") == "QUIT");
    CHECK(first_word(" QUIT") == "");
  }

  TEST_CASE("between brackets is what the first pair holds")
  {
    CHECK(between_brackets("<a@b> SIZE=1") == "a@b");
    CHECK(between_brackets("x>y<a<b>c>") == "a<b");
    CHECK(between_brackets("<>") == "");
    for (const std::string_view text : {"", "a@b", "<a@b", "a@b>", ">a<"})
      CHECK_FALSE(between_brackets(text));
  }
}
