// SPDX-License-Identifier: ISC
//
// A growing run of bytes that is written from front to end, over and over. What std::string does
// too, but with the copies of short constant texts done in place: a line is made of a hundred of
// them.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace jsonlog {

class TextBuffer
{
public:
  void clear() noexcept { size_ = 0; }
  std::size_t size() const noexcept { return size_; }
  // Valid until the buffer is written again.
  std::string_view view() const noexcept { return {data_.data(), size_}; }

  // Room for this many bytes more, to be filled by the caller and then taken().
  [[gnu::always_inline]] char* room(std::size_t bytes)
  {
    if (data_.size() - size_ < bytes) [[unlikely]]
      grow(bytes);
    return data_.data() + size_;
  }
  void take(std::size_t bytes) noexcept { size_ += bytes; }
  // Takes one byte out.
  void erase_at(std::size_t at) noexcept
  {
    --size_;
    std::memmove(data_.data() + at, data_.data() + at + 1, size_ - at);
  }

  template <std::size_t N>
  TextBuffer& operator<<(const char (&literal)[N])
  {
    std::memcpy(room(N - 1), literal, N - 1);
    size_ += N - 1;
    return *this;
  }
  TextBuffer& operator<<(std::string_view text)
  {
    text.copy(room(text.size()), text.size());
    size_ += text.size();
    return *this;
  }
  TextBuffer& operator<<(const std::string& text) { return *this << std::string_view(text); }
  TextBuffer& operator<<(char c)
  {
    *room(1) = c;
    ++size_;
    return *this;
  }
  TextBuffer& operator<<(std::uint64_t number) { return write_number(number, 10); }
  TextBuffer& operator<<(std::int64_t number) { return write_number(number, 10); }
  TextBuffer& operator<<(int number) { return write_number(number, 10); }
  // Lower-case hex without leading zeros.
  TextBuffer& hex(std::uint64_t number) { return write_number(number, 16); }

private:
  [[gnu::noinline]] void grow(std::size_t bytes) { data_.resize(2 * data_.size() + bytes); }

  template <typename Number>
  TextBuffer& write_number(Number number, int base)
  {
    constexpr std::size_t longest = 20; // of 64 bits in decimal, with a sign
    char* const start = room(longest);
    size_ +=
      static_cast<std::size_t>(std::to_chars(start, start + longest, number, base).ptr - start);
    return *this;
  }

  std::string data_;
  std::size_t size_ = 0;
};

} // namespace jsonlog
