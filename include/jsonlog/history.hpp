// SPDX-License-Identifier: ISC
//
// The session in one word, one letter per event: capitals for what was accepted, small letters
// for what was refused. A run of one letter longer than three is written as the letter and its
// count: `CGEMR{250}DKQ`.
//
//   C connect  G greeting  H HELO  E EHLO  L LHLO  T tls  A auth  M mail  R rcpt  D data
//   K commit  B rollback  X filter reject  Y filter disconnect  J junk  W rewrite
//   O timeout  Q quit  ? unknown command refused
#pragma once

#include <cstdint>
#include <string>

namespace jsonlog {

class History
{
public:
  void add(char letter);

  // At most limits::history characters; cut() tells that there was more.
  const std::string& text() const noexcept { return text_; }
  bool cut() const noexcept { return cut_; }

private:
  std::string text_;
  std::uint64_t run_ = 0;       // how often the last letter has come in a row
  std::uint32_t run_start_ = 0; // where it stands in the text
  char letter_ = 0;
  bool cut_ = false;
};

} // namespace jsonlog
