// SPDX-License-Identifier: ISC
#include "jsonlog/history.hpp"

#include "jsonlog/limits.hpp"

namespace jsonlog {

void History::add(char letter)
{
  constexpr std::uint64_t longest_plain_run = 3;
  if (cut_)
    return;
  if (letter != letter_) {
    letter_ = letter;
    run_ = 0;
    run_start_ = static_cast<std::uint32_t>(text_.size());
  }
  ++run_;

  std::string run;
  if (run_ <= longest_plain_run) {
    run.assign(run_, letter);
  } else {
    run += letter;
    run += '{';
    run += std::to_string(run_);
    run += '}';
  }
  if (run_start_ + run.size() > limits::history) {
    cut_ = true;
    return;
  }
  text_.replace(run_start_, std::string::npos, run);
}

} // namespace jsonlog
