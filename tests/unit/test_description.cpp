// SPDX-License-Identifier: ISC
#include "line/description_event.hpp"
#include "line/description_parts.hpp"
#include "schema/field_table.hpp"
#include "session_that_knows_all.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace jsonlog;
using namespace jsonlog::description;

namespace {

// A writer that only notes which members there are, by their path, and of which type. All that
// JSON has as a string is `text`.
class PathWriter
{
public:
  std::map<std::string, FieldType> paths;

  // As if the members around what is written next were open.
  void inside(std::vector<std::string> keys) { open_ = std::move(keys); }

  template <Letters key>
  void open(Key<key> name)
  {
    open_.emplace_back(name.plain);
  }
  void close() { open_.pop_back(); }
  template <Letters key>
  void open_list(Key<key> name)
  {
    open_.emplace_back(name.plain);
  }
  void close_list() { open_.pop_back(); }
  // The object is a member already; its members stand below the name of the list.
  void open_item()
  {
    paths[path()] = FieldType::object;
    open_.emplace_back();
  }
  void item(std::string_view) { paths[path()] = FieldType::text; }
  void item(Field, std::string_view) { paths[path()] = FieldType::text; }
  template <Letters key, std::integral Number>
  void number(Key<key> name, Number)
  {
    note(name, FieldType::long_integer);
  }
  template <Letters key>
  void truth(Key<key> name, bool)
  {
    note(name, FieldType::boolean);
  }
  template <Letters key>
  void token(Key<key> name, std::string_view text)
  {
    if (!text.empty())
      note(name, FieldType::text);
  }
  template <Letters key>
  void text(Key<key> name, Field field, std::string_view text, std::size_t = 0)
  {
    token(name, text);
    const std::string member = path() + "." + std::string(name.plain);
    if (!member.starts_with(field_names[static_cast<std::size_t>(field)]))
      misnamed.push_back(member);
  }
  template <Letters key, typename Compose>
  void composed(Key<key> name, const Compose&)
  {
    note(name, FieldType::text);
  }
  bool wants_list(Field, bool empty) { return !empty; }
  void cut(Field) {}

  std::vector<std::string> misnamed; // members whose mark, if they are cut, is another's

private:
  std::string path() const
  {
    std::string path;
    for (const std::string& key : open_)
      if (!key.empty())
        path += (path.empty() ? "" : ".") + key;
    return path;
  }
  template <Letters key>
  void note(Key<key> name, FieldType type)
  {
    const std::string around = path();
    paths[around + (around.empty() ? "" : ".") + std::string(name.plain)] = type;
  }

  std::vector<std::string> open_;
};

static_assert(LineWriter<PathWriter> && LineWriter<TextWriter> && LineWriter<JsonWriter>);

template <typename... Part>
void write_parts(PathWriter& out, const Session& session, Parts<Part...>)
{
  (Part::write(out, session), ...);
}

PathWriter described()
{
  PathWriter out;
  Session session = session_that_knows_all("x");
  for (const Subsystem subsystem : {Subsystem::smtp_in, Subsystem::smtp_out}) {
    session.subsystem = subsystem;
    Report report;
    report.line = "report|0.7|1.0|smtp-in|unheard-of|7";
    report.name = "unheard-of";
    const LoggerState logger;
    const EventLine line{session, &report, logger};
    out.inside({"event"});
    write_event(out, line, {"7.1", "2026", ""}, true);
    out.inside({});
    write_parts(out, session, RootParts{});
    out.inside({"opensmtpd", "logger"});
    write_logger(out, logger);
    write_moment(out, line);
    write_parts(out, session, OpensmtpdParts{});
    Cuts cuts;
    cuts.add(field<"message">);
    write_truncated(out, cuts);
  }
  return out;
}

// Written outside the description, once for every kind of record (envelope.hpp).
bool is_of_envelope(std::string_view name)
{
  constexpr std::array<std::string_view, 17> names{"@timestamp",
                                                   "message",
                                                   "ecs.version",
                                                   "host.name",
                                                   "labels.*",
                                                   "event.kind",
                                                   "event.module",
                                                   "event.dataset",
                                                   "event.category",
                                                   "event.type",
                                                   "observer.type",
                                                   "observer.product",
                                                   "observer.version",
                                                   "observer.hostname",
                                                   "opensmtpd.schema",
                                                   "opensmtpd.record",
                                                   "opensmtpd.logger.version"};
  return std::ranges::find(names, name) != names.end() || name == "opensmtpd.logger.run";
}

bool is_written_as(FieldType type, FieldType written)
{
  switch (type) {
  case FieldType::boolean:
  case FieldType::long_integer:
  case FieldType::object: return type == written;
  case FieldType::date:
  case FieldType::ip:
  case FieldType::keyword:
  case FieldType::text: break;
  }
  return written == FieldType::text;
}

} // namespace

TEST_SUITE("description")
{
  TEST_CASE("it writes every field that the table has, with its type")
  {
    const PathWriter out = described();
    for (const FieldRow& row : field_table) {
      if ((row.records & in_event) == 0 || is_of_envelope(row.name))
        continue;
      CAPTURE(row.name);
      const auto written = out.paths.find(std::string(row.name));
      REQUIRE(written != out.paths.end());
      CHECK(is_written_as(row.type, written->second));
    }
  }

  TEST_CASE("it writes no field that the table has not")
  {
    for (const auto& [path, type] : described().paths) {
      const std::string& name = path;
      CAPTURE(name);
      CHECK(std::ranges::any_of(field_table, [&name](const FieldRow& row) {
        return row.name == name && (row.records & in_event) != 0;
      }));
    }
  }

  TEST_CASE("a text that is cut is named by its own path")
  {
    CHECK(described().misnamed == std::vector<std::string>{});
  }
}
