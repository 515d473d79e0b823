// SPDX-License-Identifier: ISC
//
// A reply of a server, RFC 5321 4.2: one line, or several (`250-...`, then `250 ...`).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

struct Reply
{
  int code = 0;         // 0: the line does not begin with three digits
  std::string enhanced; // RFC 3463, what the text begins with
  std::string text;     // what follows the code; the lines joined by a blank, the enhanced code
                        // on the first one only; bounded
  std::uint32_t lines = 0;
  bool complete = false;
  bool broken_off = false; // the server has gone

  // Takes the next line. A line after a complete reply or one that was broken off, or with another
  // code, begins a new one.
  void feed(std::string_view line);

  int code_class() const noexcept { return code / 100; }
  bool refuses() const noexcept { return complete && (code_class() == 4 || code_class() == 5); }
  // `550 5.1.1 no such user`
  std::string whole() const;
};

} // namespace jsonlog
