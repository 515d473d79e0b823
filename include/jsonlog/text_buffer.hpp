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
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace jsonlog {

class TextBuffer
{
public:
  void clear() noexcept { at_ = data_.get(); }
  std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - data_.get()); }
  std::size_t capacity() const noexcept { return static_cast<std::size_t>(end_ - data_.get()); }
  // Valid until the buffer is written again.
  std::string_view view() const noexcept { return {data_.get(), size()}; }

  // Room for this many bytes more, to be filled by the caller and then taken().
  [[gnu::always_inline]] char* room(std::size_t bytes)
  {
    if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
      grow(bytes);
    return at_;
  }
  void take(std::size_t bytes) noexcept { at_ += bytes; }

  template <std::size_t N>
  TextBuffer& operator<<(const char (&literal)[N])
  {
    std::memcpy(room(N - 1), literal, N - 1);
    at_ += N - 1;
    return *this;
  }
  TextBuffer& operator<<(std::string_view text)
  {
    at_ += text.copy(room(text.size()), text.size());
    return *this;
  }
  TextBuffer& operator<<(const std::string& text) { return *this << std::string_view(text); }
  TextBuffer& operator<<(char c)
  {
    *room(1) = c;
    ++at_;
    return *this;
  }
  TextBuffer& operator<<(std::uint64_t number) { return write_number(number, 10); }
  TextBuffer& operator<<(std::int64_t number) { return write_number(number, 10); }
  TextBuffer& operator<<(int number) { return write_number(number, 10); }
  // Lower-case hex without leading zeros.
  TextBuffer& hex(std::uint64_t number) { return write_number(number, 16); }

  static constexpr std::size_t longest_number = 20; // of 64 bits in decimal, with a sign

private:
  [[gnu::noinline]] void grow(std::size_t bytes)
  {
    const std::size_t more = 2 * capacity() + bytes;
    auto data = std::make_unique_for_overwrite<char[]>(more);
    at_ = data.get() + view().copy(data.get(), size());
    end_ = data.get() + more;
    data_ = std::move(data);
  }

  template <typename Number>
  TextBuffer& write_number(Number number, int base)
  {
    char* const start = room(longest_number);
    at_ = std::to_chars(start, start + longest_number, number, base).ptr;
    return *this;
  }

  std::unique_ptr<char[]> data_;
  char* at_ = nullptr; // where the next byte goes
  char* end_ = nullptr;
};

} // namespace jsonlog
