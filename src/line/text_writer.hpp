// SPDX-License-Identifier: ISC
//
// Members of a document, straight into the end of a text: the fast one of the two writers (see
// description.hpp for what both can do).
//
// Between two texts of a session only keys, numbers and short words are written. Room for them is
// asked for once, and the place where the next byte goes is a variable of this object only, so
// that a compiler can keep it in a register: looking for room at each member takes three times as
// long.
#pragma once

#include "jsonlog/limits.hpp"
#include "jsonlog/text.hpp"
#include "jsonlog/text_buffer.hpp"
#include "line/key.hpp"
#include "schema/fields.hpp"

#include <cassert>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace jsonlog {

enum class Place : bool { behind_a_member, start_of_object };

class TextWriter
{
public:
  // Nobody else writes to `out` before finish().
  explicit TextWriter(TextBuffer& out, Place place = Place::behind_a_member)
    : out_(out)
    , at_start_(place == Place::start_of_object)
  {
    begin();
  }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  // What was written is in the text now. Returns what was cut.
  Cuts finish()
  {
    end();
    return cuts_;
  }

  template <Letters key>
  void open(Key<key> name)
  {
    put_key(name);
    put('{');
    at_start_ = true;
  }
  void close()
  {
    put('}');
    at_start_ = false;
  }
  template <Letters key>
  void open_list(Key<key> name)
  {
    put_key(name);
    put('[');
    at_start_ = true;
  }
  void close_list()
  {
    put(']');
    at_start_ = false;
  }
  // An object in a list.
  void open_item()
  {
    next_item();
    put('{');
    at_start_ = true;
  }
  void item(std::string_view token)
  {
    next_item();
    put_token(token);
  }
  void item(Field field, std::string_view bytes)
  {
    next_item();
    put_text(field, bytes, limits::keyword);
  }

  template <Letters key, std::integral Number>
  void number(Key<key> name, Number number)
  {
    put_key(name);
    put_number(number);
  }
  template <Letters key>
  void truth(Key<key> name, bool truth)
  {
    put_key(name);
    if (truth)
      put_literal("true");
    else
      put_literal("false");
  }
  template <Letters key>
  void token(Key<key> name, std::string_view token)
  {
    if (token.empty())
      return;
    put_key(name);
    put_token(token);
  }
  template <Letters key>
  void text(Key<key> name, Field field, std::string_view bytes, std::size_t limit = limits::keyword)
  {
    if (bytes.empty())
      return;
    put_key(name);
    put_text(field, bytes, limit);
  }
  template <Letters key, typename Compose>
  void composed(Key<key> name, const Compose& compose)
  {
    put_key(name);
    put('"');
    end();
    compose(out_);
    begin();
    put('"');
  }
  bool wants_list(Field, bool empty) const noexcept { return !empty; }

  void cut(Field field) noexcept { cuts_.add(field); }

private:
  // Between two calls of begin(): more than the longest run of numbers and words needs.
  static constexpr std::size_t most = 1024;
  static constexpr std::size_t longest_token = 64;

  [[gnu::always_inline]] void begin() { at_ = start_ = out_.room(most); }
  [[gnu::always_inline]] void end()
  {
    const auto size = static_cast<std::size_t>(at_ - start_);
    assert(size <= most);
    out_.take(size);
  }

  [[gnu::always_inline]] void put(char c) { *at_++ = c; }
  template <std::size_t size>
  [[gnu::always_inline]] void put_literal(const char (&literal)[size])
  {
    std::memcpy(at_, literal, size - 1);
    at_ += size - 1;
  }
  template <Letters key>
  [[gnu::always_inline]] void put_key(Key<key>)
  {
    constexpr const auto& text = Key<key>::behind_comma;
    const std::size_t skipped = at_start_ ? 1 : 0;
    std::memcpy(at_, text.data() + skipped, text.size() - skipped);
    at_ += text.size() - skipped;
    at_start_ = false;
  }
  template <std::integral Number>
  [[gnu::always_inline]] void put_number(Number number)
  {
    if (number >= 0 && number < 10) // most counters
      put(static_cast<char>('0' + number));
    else
      at_ = std::to_chars(at_, at_ + TextBuffer::longest_number, number).ptr;
  }
  [[gnu::always_inline]] void put_token(std::string_view token)
  {
    put('"');
    if (token.size() > longest_token) [[unlikely]] {
      end();
      out_ << token;
      begin();
    } else
      at_ += token.copy(at_, token.size());
    put('"');
  }
  void put_text(Field field, std::string_view bytes, std::size_t limit)
  {
    put('"');
    end();
    if (!append_json_text(out_, bytes, {limit, false}))
      cut(field);
    begin();
    put('"');
  }
  void next_item()
  {
    end();
    begin();
    if (!at_start_)
      put(',');
    at_start_ = false;
  }

  TextBuffer& out_;
  char* start_ = nullptr;
  char* at_ = nullptr;
  Cuts cuts_;
  bool at_start_;
};

} // namespace jsonlog
