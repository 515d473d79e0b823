// SPDX-License-Identifier: ISC
#include "jsonlog/line_reader.hpp"

#include <cstring>

namespace jsonlog {

LineReader::Space LineReader::space() noexcept
{
  if (end_ - start_ > limit_ && !skipping_) {
    head_.assign(text(start_, start_ + limit_));
    skipping_ = true;
  }
  if (skipping_)
    start_ = scanned_ = end_ = 0;
  if (start_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + start_, end_ - start_);
    end_ -= start_;
    scanned_ -= start_;
    start_ = 0;
  }
  return {buffer_.get() + end_, size_ - end_};
}

std::optional<Line> LineReader::next() noexcept
{
  const void* const found = std::memchr(buffer_.get() + scanned_, '\n', end_ - scanned_);
  if (found == nullptr) {
    scanned_ = end_;
    return std::nullopt;
  }
  const auto line_end = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get());
  Line line{text(start_, line_end), false};
  start_ = scanned_ = line_end + 1;
  if (skipping_) {
    skipping_ = false;
    return Line{head_, true};
  }
  if (line.text.size() > limit_)
    line = {line.text.substr(0, limit_), true};
  return line;
}

std::optional<Line> LineReader::rest() const noexcept
{
  if (skipping_)
    return Line{head_, true};
  if (start_ == end_)
    return std::nullopt;
  return Line{text(start_, end_).substr(0, limit_), end_ - start_ > limit_};
}

} // namespace jsonlog
