// SPDX-License-Identifier: ISC
#include "line/description.hpp"

#include "line/description_parts.hpp"
#include "line/message.hpp"

namespace jsonlog {

namespace {

using namespace description;

// --- Texts of the event ---

Cuts write_id_prefix(TextBuffer& out, const Session& session)
{
  out << hex_id(session.id) << '.';
  out.hex(static_cast<std::uint64_t>(session.start_us));
  return {};
}

Cuts write_start(TextBuffer& out, const Session& session)
{
  append_time(out, session.start_us);
  return {};
}

Cuts write_peer(TextBuffer& out, const Session& session)
{
  Cuts cuts;
  if (!append_peer(out, session, {limits::message_part, false}))
    cuts.add(field<"message">);
  return cuts;
}

constexpr Row event_text(Sections made_of, Cuts (*write)(TextBuffer&, const Session&))
{
  return {made_of, write};
}

// --- Members ---

// Flat, so that the writer's place in the text can stay in a register.
template <typename Part>
[[gnu::flatten]] Cuts write_text(TextBuffer& text, const Session& session)
{
  TextWriter out(text);
  Part::write(out, session);
  return out.finish();
}

template <typename Part>
void write_json(JsonWriter& out, const Session& session)
{
  Part::write(out, session);
}

template <typename Part>
constexpr Row row_of(Part)
{
  return {Part::made_of, write_text<Part>, write_json<Part>};
}

template <Section section, Letters name, auto list>
constexpr Row row_of(Growing<section, name, list> part)
{
  return {part.made_of,
          nullptr,
          write_json<decltype(part)>,
          {part.behind_comma, part.cut, part.of_transaction, part.values}};
}

template <typename... Root, typename... Opensmtpd>
constexpr std::array<Row, row_count> table_of(Parts<Root...>, Parts<Opensmtpd...>)
{
  static_assert(sizeof...(Root) == root_rows && sizeof...(Opensmtpd) == opensmtpd_rows);
  return {event_text(MadeOf<>::made_of, write_id_prefix),
          event_text(MadeOf<>::made_of, write_start),
          event_text(MadeOf<Section::link>::made_of, write_peer), row_of(Root{})...,
          row_of(Opensmtpd{})...};
}

} // namespace

constinit const std::array<Row, row_count> rows = table_of(RootParts{}, OpensmtpdParts{});

} // namespace jsonlog
