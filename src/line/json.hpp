// SPDX-License-Identifier: ISC
//
// RapidJSON's Writer, with what it does not do by itself: any bytes become a valid string, and
// texts are cut at their limit (and the cut is remembered).
#pragma once

#include "jsonlog/limits.hpp"
#include "jsonlog/text.hpp"
#include "jsonlog/text_buffer.hpp"
#include "schema/fields.hpp"
#include "text/rapidjson.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace jsonlog {

class Json
{
public:
  // Forgets what was written and what was cut.
  void clear() noexcept
  {
    buffer_.Clear();
    writer_.Reset(buffer_);
    cuts_ = {};
  }
  std::string_view text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

  // For a line over budget: every text is cut at limits::short_text; lists are left out.
  void shorten(bool on) noexcept { short_ = on; }
  void leave_out_lists(bool on) noexcept { without_lists_ = on; }

  Cuts cuts() const noexcept { return cuts_; }
  void cut(Field field) noexcept { cuts_.add(field); }

  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }
  void key(std::string_view name)
  {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void value(std::int64_t number) { writer_.Int64(number); }
  void value(std::uint64_t number) { writer_.Uint64(number); }
  void value(int number) { writer_.Int(number); }
  void value(bool truth) { writer_.Bool(truth); }
  // A text that is known to be plain ASCII and short.
  void token(std::string_view text)
  {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  // Any bytes.
  void value(Field field, std::string_view text, std::size_t limit = limits::keyword)
  {
    if (text.size() <= limit && !short_ && is_plain(text)) {
      token(text);
      return;
    }
    scratch_.clear();
    scratch_ << '"';
    if (!append_json_text(scratch_, text, cut_at(limit)))
      cut(field);
    scratch_ << '"';
    writer_.RawValue(scratch_.view().data(), scratch_.size(), rapidjson::kStringType);
  }
  // The inside of a string that is JSON text already, and perhaps incomplete.
  void json_text(std::string_view text)
  {
    scratch_.clear();
    scratch_ << '"' << text << '"';
    writer_.RawValue(scratch_.view().data(), scratch_.size(), rapidjson::kStringType);
  }

  // --- Members of the object that is open; an unknown text is empty and leaves its member out ---

  template <typename Number>
  void member(std::string_view name, Number number)
  {
    key(name);
    value(number);
  }
  void member(std::string_view name, Field field, std::string_view text,
              std::size_t limit = limits::keyword)
  {
    if (text.empty())
      return;
    key(name);
    value(field, text, limit);
  }
  void token_member(std::string_view name, std::string_view text)
  {
    if (text.empty())
      return;
    key(name);
    token(text);
  }
  void open_member(std::string_view name)
  {
    key(name);
    begin_object();
  }
  // True if a list that is not empty may be written; where lists are left out, it is named.
  bool wants_list(Field field, bool empty)
  {
    if (empty)
      return false;
    if (without_lists_)
      cut(field);
    return !without_lists_;
  }

  Cut cut_at(std::size_t limit) const noexcept
  {
    return short_ ? Cut{limits::short_text, true} : Cut{limit, false};
  }

private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
  TextBuffer scratch_;
  Cuts cuts_;
  bool short_ = false;
  bool without_lists_ = false;
};

} // namespace jsonlog
