// SPDX-License-Identifier: ISC
#include "line/pairs.hpp"

#include "jsonlog/text.hpp"
#include "jsonlog/time_text.hpp"

#include <algorithm>

namespace jsonlog {

namespace {

bool is_word(std::string_view value) noexcept
{
  const auto is_plain_character = [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
  };
  return !value.empty() && std::all_of(value.begin(), value.end(), is_plain_character);
}

} // namespace

Pairs::Pairs(TextBuffer& out, std::size_t limit, std::int64_t time_us)
  : out_(out)
  , limit_(limit)
{
  out_ << "time=";
  append_time(out_, time_us);
}

void Pairs::add(std::string_view key, std::string_view value)
{
  static constexpr std::string_view around = R"( ="")";
  const std::size_t used = out_.size() + key.size() + around.size();
  whole_ = whole_ && used <= limit_;
  if (!whole_)
    return;
  out_ << ' ' << key << '=';
  const std::size_t room = limit_ - used;
  if (is_word(value) && value.size() <= room) {
    out_ << value;
    return;
  }
  out_ << '"';
  whole_ = append_json_text(out_, value, {room, true});
  out_ << '"';
}

bool Pairs::end()
{
  out_ << '\n';
  return whole_;
}

} // namespace jsonlog
