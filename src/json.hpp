// SPDX-License-Identifier: ISC
//
// RapidJSON's Writer, with what it does not do by itself: any bytes become a valid string, texts
// are cut at their limit (and the cut is remembered), and pieces of an object can be written
// that are not a document of their own.
#pragma once

#include "fields.hpp"
#include "jsonlog/limits.hpp"
#include "jsonlog/text.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

// A failed check inside RapidJSON must cost a line, not the process: if a filter ends, smtpd ends.
#define RAPIDJSON_ASSERT(x)                     \
  do {                                          \
    if (!(x))                                   \
      throw std::logic_error("RapidJSON: " #x); \
  } while (false)
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace jsonlog {

class Json
{
public:
  Json()
    : writer_(buffer_)
  {}

  // --- A piece ---

  void clear() noexcept
  {
    buffer_.Clear();
    cuts_ = 0;
    depth_ = 0;
  }
  // Every text is cut at limits::short_text from here on, or at its own limit again.
  void shorten(bool on) noexcept { short_ = on; }
  std::string_view piece() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  Cuts cuts() const noexcept { return cuts_; }
  void add_cuts(Cuts cuts) noexcept { cuts_ |= cuts; }

  // Text between values: `,"session":`, `}`.
  void raw(std::string_view text)
  {
    char* const to = buffer_.Push(text.size());
    text.copy(to, text.size());
  }
  void overwrite(std::size_t at, char c)
  {
    char* const start = buffer_.Push(0) - buffer_.GetSize();
    start[at] = c;
  }
  // Takes back the last `}`: the next piece goes on in the same object.
  void reopen() { buffer_.Pop(1); }

  // --- Values: each outermost object or array is a root for the Writer ---

  void begin_object()
  {
    begin();
    writer_.StartObject();
  }
  void end_object()
  {
    writer_.EndObject();
    --depth_;
  }
  void begin_array()
  {
    begin();
    writer_.StartArray();
  }
  void end_array()
  {
    writer_.EndArray();
    --depth_;
  }
  void key(std::string_view name)
  {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void number(std::int64_t value) { writer_.Int64(value); }
  void number(std::uint64_t value) { writer_.Uint64(value); }
  void number(int value) { writer_.Int(value); }
  void boolean(bool value) { writer_.Bool(value); }
  // A text that is known to be plain ASCII and short.
  void token(std::string_view text)
  {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void text(Field field, std::string_view text)
  {
    const Cut cut = cut_at(limits::keyword);
    if (text.size() <= cut.limit && is_plain(text) && !short_) {
      token(text);
      return;
    }
    scratch_.assign(1, '"');
    if (!append_json_text(scratch_, text, cut))
      cuts_ |= cut_bit(field);
    scratch_ += '"';
    writer_.RawValue(scratch_.data(), scratch_.size(), rapidjson::kStringType);
  }

  // A text that is a root of its own.
  void root_text(Field field, std::string_view value)
  {
    writer_.Reset(buffer_);
    text(field, value);
  }

  // --- Members; an empty text is an unknown one and leaves its member out ---

  template <typename Number>
  void member(std::string_view name, Number value)
  {
    key(name);
    if constexpr (std::is_same_v<Number, bool>)
      boolean(value);
    else
      number(value);
  }
  void member(std::string_view name, Field field, std::string_view value)
  {
    if (value.empty())
      return;
    key(name);
    text(field, value);
  }
  void token_member(std::string_view name, std::string_view value)
  {
    if (value.empty())
      return;
    key(name);
    token(value);
  }

  Cut cut_at(std::size_t limit) const noexcept
  {
    return short_ ? Cut{limits::short_text, true} : Cut{limit, false};
  }

private:
  void begin()
  {
    if (depth_++ == 0)
      writer_.Reset(buffer_);
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
  std::string scratch_;
  Cuts cuts_ = 0;
  int depth_ = 0;
  bool short_ = false;
};

} // namespace jsonlog
