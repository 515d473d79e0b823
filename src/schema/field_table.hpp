// SPDX-License-Identifier: ISC
//
// Every field that a line may hold, in the order of the line: the one list from which the
// documentation, the JSON Schema, the index template and the checks of lines are made.
#pragma once

#include "schema/record_kind.hpp"
#include "text/words.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace jsonlog {

enum class FieldType : std::uint8_t { boolean, date, ip, keyword, long_integer, object, text };
inline constexpr Words<FieldType> field_types({{"boolean", FieldType::boolean},
                                               {"date", FieldType::date},
                                               {"ip", FieldType::ip},
                                               {"keyword", FieldType::keyword},
                                               {"long", FieldType::long_integer},
                                               {"object", FieldType::object},
                                               {"text", FieldType::text}});

// What a search engine keeps of a field beside the line itself.
//   search_and_aggregate   can be searched, sorted and put into charts
//   search_only            can be searched; spares the columns that charts read
//   aggregate_only         can be sorted and put into charts; spares the tree that searches read,
//                          which costs every line some bytes even where the number is always 0.
//                          Elasticsearch 8.1 and newer search such a field all the same, slowly
//   none                   can be read in the document that was found
enum class Indexing : std::uint8_t { search_and_aggregate, search_only, aggregate_only, none };
inline constexpr Words<Indexing> indexings({{"yes", Indexing::search_and_aggregate},
                                            {"search", Indexing::search_only},
                                            {"aggregate", Indexing::aggregate_only},
                                            {"no", Indexing::none}});

// Kinds of record as bits, because most fields belong to several.
using Records = std::uint8_t;
constexpr Records bit_of(RecordKind kind) noexcept
{
  return static_cast<Records>(1U << static_cast<unsigned>(kind));
}
inline constexpr Records in_event = bit_of(RecordKind::event);
inline constexpr Records in_anomaly = bit_of(RecordKind::anomaly);
inline constexpr Records in_meta = bit_of(RecordKind::meta);
inline constexpr Records in_stats = bit_of(RecordKind::stats);
inline constexpr Records in_all = in_event | in_anomaly | in_meta | in_stats;

// `name` has dots between the keys of nested objects; its last key is `*` where any key may stand
// (labels). A row of type object stands for a list of objects that is not indexed; the rows after
// it that begin with its name are the members of these objects. What is not said is: one value, in
// records of kind event, not always, indexed for everything, since schema 1.0.
struct FieldRow
{
  std::string_view name;
  FieldType type;
  std::string_view meaning; // Markdown; one line without '|'
  Indexing indexing = Indexing::search_and_aggregate;
  bool is_list = false;
  Records records = in_event;
  Records always = 0; // the kinds of record in which it is never missing
  std::string_view since = "1.0";

  constexpr FieldRow list() const
  {
    FieldRow row = *this;
    row.is_list = true;
    return row;
  }
  constexpr FieldRow in(Records kinds) const
  {
    FieldRow row = *this;
    row.records = kinds;
    return row;
  }
  constexpr FieldRow always_in(Records kinds) const
  {
    FieldRow row = *this;
    row.always = kinds;
    return row;
  }
  constexpr FieldRow since_1_1() const
  {
    FieldRow row = *this;
    row.since = "1.1";
    return row;
  }
  constexpr FieldRow kept_for(Indexing use) const
  {
    FieldRow row = *this;
    row.indexing = use;
    return row;
  }
};

extern const std::span<const FieldRow> field_table;

} // namespace jsonlog
