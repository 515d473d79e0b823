// SPDX-License-Identifier: ISC
#pragma once

#include "jsonlog/text.hpp"

#include <initializer_list>
#include <string_view>

namespace jsonlog {

// The words behind an event's name in `message`, as the inside of a JSON string.
class Sentence
{
public:
  Sentence(TextBuffer& out, Cut cut)
    : out_(out)
    , cut_(cut)
  {}

  // Each behind a blank; an empty one is left out, and one that is too long is cut.
  void say(std::initializer_list<std::string_view> words)
  {
    for (const std::string_view word : words) {
      if (word.empty())
        continue;
      out_ << ' ';
      complete_ = append_json_text(out_, word, cut_) && complete_;
    }
  }

  bool complete() const noexcept { return complete_; }

private:
  TextBuffer& out_;
  Cut cut_;
  bool complete_ = true;
};

} // namespace jsonlog
