// SPDX-License-Identifier: ISC
#include "jsonlog/line_reader.hpp"

#include <cstring>

namespace jsonlog {

LineReader::Space LineReader::space()
{
  if (end_ - start_ > limit_ && !skipping_) {
    head_.assign(buffer_, start_, limit_);
    skipping_ = true;
  }
  if (skipping_)
    start_ = scanned_ = end_ = 0;
  if (start_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + start_, end_ - start_);
    end_ -= start_;
    scanned_ -= start_;
    start_ = 0;
  }
  if (buffer_.size() < end_ + read_size)
    buffer_.resize(end_ + 2 * read_size);
  return {buffer_.data() + end_, buffer_.size() - end_};
}

std::optional<Line> LineReader::next()
{
  const void* const found = std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
  if (found == nullptr) {
    scanned_ = end_;
    return std::nullopt;
  }
  const auto line_end = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
  Line line{std::string_view(buffer_).substr(start_, line_end - start_), false};
  start_ = scanned_ = line_end + 1;
  if (skipping_) {
    skipping_ = false;
    return Line{head_, true};
  }
  if (line.text.size() > limit_)
    line = {line.text.substr(0, limit_), true};
  return line;
}

std::optional<Line> LineReader::rest()
{
  if (skipping_)
    return Line{head_, true};
  if (start_ == end_)
    return std::nullopt;
  return Line{std::string_view(buffer_).substr(start_, end_ - start_).substr(0, limit_),
              end_ - start_ > limit_};
}

} // namespace jsonlog
