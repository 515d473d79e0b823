// SPDX-License-Identifier: ISC
//
// The document of an event, member by member, each in one place: description_event.hpp,
// description_session.hpp and description_transaction.hpp say what stands in it, as templates over
// the writer, and the rows here in which order.
//
// A row is a part of the session's text that changes as a whole. Objects may be opened in one row
// and closed in a later one.
#pragma once

#include "jsonlog/session.hpp"
#include "jsonlog/time_text.hpp"
#include "jsonlog/unique_list.hpp"
#include "line/json_writer.hpp"
#include "line/key.hpp"
#include "line/text_writer.hpp"
#include "schema/fields.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jsonlog {

namespace description {

// What a writer can do. A text that is empty is unknown: its member is left out.
//   open(key), close()          an object that is a member
//   open_list(key), close_list(), open_item(), item(token), item(field, bytes)
//   number, truth               are always written
//   token(key, text)            plain ASCII without quotes or backslashes
//   text(key, field, bytes)     any bytes; the field is marked as cut if there are too many
//   composed(key, compose)      compose(TextBuffer&) appends the inside of a JSON string
//   wants_list(field, empty)    false: leave the list out, which may be one of the cuts
template <typename Writer>
concept LineWriter = requires(Writer& out, Field field, std::string_view bytes)
{
  out.open("key"_key);
  out.close();
  out.open_list("key"_key);
  out.close_list();
  out.open_item();
  out.item(bytes);
  out.item(field, bytes);
  out.number("key"_key, std::uint64_t{});
  out.truth("key"_key, true);
  out.token("key"_key, bytes);
  out.text("key"_key, field, bytes);
  out.composed("key"_key, [](TextBuffer&) {});
  {
    out.wants_list(field, true)
    } -> std::same_as<bool>;
  out.cut(field);
};

// A text whose key is the last one of the field's name.
template <Letters name>
void write_text(LineWriter auto& out, std::string_view bytes, std::size_t limit = limits::keyword)
{
  out.text(KeyOf<name>{}, field<name>, bytes, limit);
}

// Microseconds since 1970.
template <Letters key>
void write_time(LineWriter auto& out, Key<key> name, std::int64_t time_us)
{
  out.composed(name, [time_us](TextBuffer& text) { append_time(text, time_us); });
}

template <Letters key>
void write_anomalies(LineWriter auto& out, Key<key> name, const AnomalyList& anomalies)
{
  out.open_list(name);
  for (const Anomaly anomaly : anomalies)
    out.item(to_string(anomaly));
  out.close_list();
}

template <Letters name>
bool wants_list(LineWriter auto& out, const UniqueList& list)
{
  return out.wants_list(field<name>, list.values().empty());
}

// The same for a list, if it is not empty.
template <Letters name>
void write_list(LineWriter auto& out, const UniqueList& list)
{
  if (list.cut())
    out.cut(field<name>);
  if (!wants_list<name>(out, list))
    return;
  out.open_list(KeyOf<name>{});
  for (const std::string& value : list.values())
    out.item(field<name>, value);
  out.close_list();
}

// Of a part: the sections whose change makes it stale; none if it is written when the session
// begins.
template <Section... section>
struct MadeOf
{
  static constexpr Sections made_of = (section_bit(section) | ... | Sections{});
};

} // namespace description

// A list that only grows while its session or transaction lives.
struct GrowingList
{
  std::string_view key; // `,"key":`
  Field field{};
  bool of_transaction = false;
  const UniqueList* (*values)(const Session& session) = nullptr; // may give null: there is none
};

// Either the two functions are set, or the list and its function of JSON.
struct Row
{
  Sections made_of;
  Cuts (*text)(TextBuffer& out, const Session& session) = nullptr;
  void (*json)(JsonWriter& out, const Session& session) = nullptr;
  GrowingList list = {};
};

// Parts of the event's own text that stay the same over a session; they are no members.
enum EventText : std::size_t { id_prefix, start, peer, event_texts };

// Their values.
struct EventTexts
{
  std::string_view id_prefix; // event.id up to the point before its number
  std::string_view start;     // event.start
  std::string_view peer;      // the end of the message
};

inline constexpr std::size_t root_rows = 5;
inline constexpr std::size_t opensmtpd_rows = 32;
inline constexpr std::size_t first_root_row = event_texts;
inline constexpr std::size_t first_opensmtpd_row = first_root_row + root_rows;
inline constexpr std::size_t row_count = first_opensmtpd_row + opensmtpd_rows;

// In the order of the line.
extern const std::array<Row, row_count> rows;

} // namespace jsonlog
