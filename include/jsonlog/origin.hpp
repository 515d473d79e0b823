// SPDX-License-Identifier: ISC
//
// Where an outbound message came from: the inbound session that brought it. Many are remembered,
// so that the texts stand behind each other in one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

class Origin
{
public:
  enum Text : std::uint8_t {
    address, // of the client, as in Session::source, with the next two
    ip,
    domain,
    user, // it had logged in with this name
    with, // as with_protocol()
    from, // the effective reverse-path; empty for the bounce sender too
    texts
  };

  // `accepted_us`: time of the tx-commit. A text is what a session keeps of one at most; an unknown
  // one is empty. May throw std::bad_alloc.
  Origin(std::uint64_t session, std::int64_t accepted_us,
         const std::array<std::string_view, texts>& parts)
    : session_(session)
    , accepted_us_(accepted_us)
  {
    std::size_t size = 0;
    for (const std::string_view part : parts)
      size += part.size();
    text_.reserve(size);
    for (std::size_t i = 0; i < texts; ++i) {
      text_ += parts[i];
      ends_[i] = static_cast<std::uint16_t>(text_.size());
    }
  }

  std::uint64_t session() const noexcept { return session_; }
  std::int64_t accepted_us() const noexcept { return accepted_us_; }
  // Dies with the origin.
  std::string_view get(Text text) const noexcept
  {
    const std::size_t begin = text == 0 ? 0 : ends_[text - std::size_t{1}];
    return std::string_view(text_).substr(begin, ends_[text] - begin);
  }
  // Of memory, about.
  std::size_t bytes() const noexcept { return sizeof(Origin) + text_.capacity(); }

private:
  std::uint64_t session_;
  std::int64_t accepted_us_;
  std::string text_;
  std::array<std::uint16_t, texts> ends_{};
};

} // namespace jsonlog
