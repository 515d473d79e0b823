// SPDX-License-Identifier: ISC
//
// What the reading commands for people have in common.
#pragma once

#include "reading/session_story.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace jsonlog {

struct ReadingOptions
{
  SessionWish wish;     // explain; trace: the message or the address
  std::size_t last = 0; // 0: all of them
  std::size_t top = 10; // summary
  bool by_day = false;  // summary: else by hour
  bool utc = false;     // else local time
  bool follow = false;  // explain
  std::string color = "auto";
};

// `10m` (so long ago), `14:00` (today), or RFC 3339 with or without a time. Microseconds since
// 1970; nothing for any other text. `now_us`: what time it is.
std::optional<std::int64_t> parse_when(std::string_view text, std::int64_t now_us, bool utc);

// How text is laid out for whoever reads it.
class Terminal
{
public:
  explicit Terminal(const ReadingOptions& options);

  std::size_t width() const noexcept { return width_; } // columns
  bool has_colors() const noexcept { return colors_; }
  enum class Ink : std::uint8_t { plain, strong, faint, bad, good };
  // `text` in that ink, where there are colours.
  std::string in(Ink ink, const std::string& text) const;

  // `text`, which begins in column `indent`, broken into lines that fit, behind a comma, a
  // semicolon or a word; the further ones begin in the same column. A longer word stands alone.
  // REQUIRES: it is shown(), but for inks.
  std::string folded(std::string_view text, std::size_t indent) const;

  // `2026-11-26 05:43:05.776` and `05:43:05`.
  std::string date_time(std::int64_t us) const;
  std::string time(std::int64_t us) const;

private:
  std::tm broken_down(std::int64_t us) const;

  std::size_t width_ = 80;
  bool colors_ = false;
  bool utc_ = false;
};

// `0.8 ms`, `12.3 s`, `10 min`, `2.5 h`, `3.1 d`.
std::string span_text(std::int64_t us);

} // namespace jsonlog
