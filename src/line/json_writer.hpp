// SPDX-License-Identifier: ISC
//
// Members of a document with RapidJSON: the writer of what is seldom, and what the fast one is
// held against. It alone can make a document smaller: texts cut short, lists left out.
#pragma once

#include "jsonlog/limits.hpp"
#include "jsonlog/text.hpp"
#include "jsonlog/text_buffer.hpp"
#include "line/key.hpp"
#include "schema/fields.hpp"
#include "text/rapidjson.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace jsonlog {

// What a document may leave out to stay below LineSettings::max_line, each size less than the one
// before.
enum class Size : std::uint8_t {
  whole,
  without_lists,
  short_texts, // without lists, and every text cut at limits::short_text, or a half, or a quarter
  shorter_texts,
  shortest_texts,
};

// What `write` gives for the largest size whose text has at most so many bytes, or for the last.
template <typename Write>
auto within_budget(std::size_t max_line, const Write& write)
{
  for (const Size size : {Size::whole, Size::without_lists, Size::short_texts, Size::shorter_texts})
    if (const auto text = write(size); text.size() <= max_line)
      return text;
  return write(Size::shortest_texts);
}

class JsonWriter
{
public:
  // Begins a document; forgets what was written and what was cut.
  void begin(Size size = Size::whole)
  {
    buffer_.Clear();
    writer_.Reset(buffer_);
    cuts_ = {};
    size_ = size;
    writer_.StartObject();
  }
  // The whole document, once every object in it is closed; valid until the next begin().
  std::string_view finish()
  {
    writer_.EndObject();
    return text();
  }
  // What was written so far.
  std::string_view text() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  const Cuts& cuts() const noexcept { return cuts_; }

  template <Letters key>
  void open(Key<key> name)
  {
    put_key(name.plain);
    writer_.StartObject();
  }
  void close() { writer_.EndObject(); }
  template <Letters key>
  void open_list(Key<key> name)
  {
    put_key(name.plain);
    writer_.StartArray();
  }
  void close_list() { writer_.EndArray(); }
  void open_item() { writer_.StartObject(); }
  void item(std::string_view token) { put_token(token); }
  void item(Field field, std::string_view bytes) { put_text(field, bytes, limits::keyword); }

  template <Letters key, std::integral Number>
  void number(Key<key> name, Number number)
  {
    put_key(name.plain);
    if constexpr (std::signed_integral<Number>)
      writer_.Int64(number);
    else
      writer_.Uint64(number);
  }
  template <Letters key>
  void truth(Key<key> name, bool truth)
  {
    put_key(name.plain);
    writer_.Bool(truth);
  }
  template <Letters key>
  void token(Key<key> name, std::string_view token)
  {
    if (token.empty())
      return;
    put_key(name.plain);
    put_token(token);
  }
  template <Letters key>
  void text(Key<key> name, Field field, std::string_view bytes, std::size_t limit = limits::keyword)
  {
    named_text(name.plain, field, bytes, limit);
  }
  // Of a label, whose name only its user knows.
  void named_text(std::string_view name, Field field, std::string_view bytes,
                  std::size_t limit = limits::keyword)
  {
    if (bytes.empty())
      return;
    put_key(name);
    put_text(field, bytes, limit);
  }
  template <Letters key, typename Compose>
  void composed(Key<key> name, const Compose& compose)
  {
    put_key(name.plain);
    scratch_.clear();
    scratch_ << '"';
    compose(scratch_);
    put_scratch();
  }
  bool wants_list(Field field, bool empty)
  {
    if (empty)
      return false;
    if (size_ != Size::whole)
      cut(field);
    return size_ == Size::whole;
  }

  void cut(Field field) noexcept { cuts_.add(field); }
  Cut cut_at(std::size_t limit) const noexcept
  {
    switch (size_) {
    case Size::whole:
    case Size::without_lists: break;
    case Size::short_texts: return {limits::short_text, true};
    case Size::shorter_texts: return {limits::short_text / 2, true};
    case Size::shortest_texts: return {limits::shortest_text, true};
    }
    return {limit, false};
  }

private:
  void put_key(std::string_view name)
  {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void put_token(std::string_view token)
  {
    writer_.String(token.data(), static_cast<rapidjson::SizeType>(token.size()));
  }
  void put_text(Field field, std::string_view bytes, std::size_t limit)
  {
    if (bytes.size() <= limit && size_ < Size::short_texts && is_plain(bytes)) {
      put_token(bytes);
      return;
    }
    scratch_.clear();
    scratch_ << '"';
    if (!append_json_text(scratch_, bytes, cut_at(limit)))
      cut(field);
    put_scratch();
  }
  // Of a string, whose second quote is missing.
  void put_scratch()
  {
    scratch_ << '"';
    writer_.RawValue(scratch_.view().data(), scratch_.size(), rapidjson::kStringType);
  }

  using Utf8 = rapidjson::UTF8<>;
  using Buffer = rapidjson::GenericStringBuffer<Utf8, ThrowingAllocator>;

  Buffer buffer_;
  rapidjson::Writer<Buffer, Utf8, Utf8, ThrowingAllocator> writer_{buffer_};
  TextBuffer scratch_;
  Cuts cuts_;
  Size size_ = Size::whole;
};

} // namespace jsonlog
