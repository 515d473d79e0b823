// SPDX-License-Identifier: ISC
#include "jsonlog/command.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace jsonlog;

TEST_SUITE("command")
{
  TEST_CASE("every verb of the schema is known in any case")
  {
    struct Case
    {
      const char* line;
      const char* verb;
    };
    for (const Case& row : {Case{"HELO a", "HELO"},
                            Case{"ehlo a", "EHLO"},
                            Case{"LHLO a", "LHLO"},
                            Case{"StartTLS", "STARTTLS"},
                            Case{"AUTH PLAIN x", "AUTH"},
                            Case{"auth\tplain x", "AUTH"},
                            Case{"MAIL FROM:<>", "MAIL FROM"},
                            Case{"mail from: <a@b>", "MAIL FROM"},
                            Case{"RCPT TO:<a@b>", "RCPT TO"},
                            Case{"RCPT TO :<a@b>", "RCPT TO"},
                            Case{"DATA", "DATA"},
                            Case{"RSET", "RSET"},
                            Case{"NOOP x", "NOOP"},
                            Case{"QUIT", "QUIT"},
                            Case{"HELP", "HELP"},
                            Case{"VRFY a", "VRFY"},
                            Case{"EXPN a", "EXPN"},
                            Case{"WIZ", "WIZ"},
                            Case{".", "."},
                            Case{" QUIT", "QUIT"}}) {
      CAPTURE(row.line);
      CHECK(command_verb(row.line) == row.verb);
    }
  }

  TEST_CASE("anything else is other")
  {
    for (const char* line : {"", "GET / HTTP/1.1", "MAIL", "MAIL <a@b>", "QUITE", "..",
                             "RCPTTO:<a>", "XCLIENT", "\xff"}) {
      CAPTURE(line);
      CHECK(command_verb(line) == "other");
    }
  }

  TEST_CASE("the address stands between the brackets")
  {
    CHECK(command_address("MAIL FROM:<a@b.example> SIZE=10") == "a@b.example");
    CHECK(command_address("MAIL FROM:<>") == "");
    CHECK(command_address("RCPT TO:a@b.example") == "");
    CHECK(command_address("RCPT TO:<a@b.example") == "");
  }
}
