// SPDX-License-Identifier: ISC
#include "reading/logged_line.hpp"

#include "reading/line_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <optional>
#include <span>
#include <variant>

#include <simdjson.h>

namespace jsonlog {

namespace {

constexpr std::string_view foreign = "not a line of this program";

// The objects that hold what is wanted.
enum class Place : std::uint8_t {
  document,
  event,
  host,
  opensmtpd,
  logger,
  session,
  meta,
  stats,
  stats_lines
};

enum Wanted : std::uint8_t {
  time_text,
  action_text,
  id_text,
  host_text,
  record_text,
  subsystem_text,
  run_text,
  texts_wanted,
  event_sequence = texts_wanted,
  session_line,
  logger_sequence,
  logger_dropped,
  lines_dropped,
  repaired_bytes,
  final_truth,
  all_wanted,
};

// A member that is wanted itself, or is an object with such members.
struct Member
{
  std::string_view key;
  std::variant<Wanted, Place> what;
};

constexpr Member of_document[] = {{"@timestamp", time_text},
                                  {"event", Place::event},
                                  {"host", Place::host},
                                  {"opensmtpd", Place::opensmtpd}};
constexpr Member of_event[] = {
  {"action", action_text}, {"id", id_text}, {"sequence", event_sequence}};
constexpr Member of_host[] = {{"name", host_text}};
constexpr Member of_opensmtpd[] = {{"record", record_text},   {"subsystem", subsystem_text},
                                   {"logger", Place::logger}, {"session", Place::session},
                                   {"meta", Place::meta},     {"stats", Place::stats}};
constexpr Member of_logger[] = {
  {"run", run_text}, {"sequence", logger_sequence}, {"dropped", logger_dropped}};
constexpr Member of_session[] = {{"final", final_truth}, {"line", session_line}};
constexpr Member of_meta[] = {{"repaired_bytes", repaired_bytes}};
constexpr Member of_stats[] = {{"lines", Place::stats_lines}};
constexpr Member of_stats_lines[] = {{"dropped", lines_dropped}};

std::span<const Member> members_of(Place place)
{
  switch (place) {
  case Place::document: return of_document;
  case Place::event: return of_event;
  case Place::host: return of_host;
  case Place::opensmtpd: return of_opensmtpd;
  case Place::logger: return of_logger;
  case Place::session: return of_session;
  case Place::meta: return of_meta;
  case Place::stats: return of_stats;
  case Place::stats_lines: return of_stats_lines;
  }
  return {};
}

// The wanted values of a document. Of a key that comes twice, the last one counts.
class Members
{
public:
  // False: one of them is of another type.
  bool read(Place place, const simdjson::dom::object& object)
  {
    const auto wanted = members_of(place);
    for (const auto& [key, value] : object)
      for (const Member& member : wanted)
        if (member.key == key && !take(member, value))
          return false;
    return true;
  }

  std::string_view text(Wanted wanted) const { return texts_[wanted]; }
  const std::optional<std::uint64_t>& number(Wanted wanted) const { return numbers_[wanted]; }

private:
  bool take(const Member& member, const simdjson::dom::element& value)
  {
    if (const auto* const wanted = std::get_if<Wanted>(&member.what))
      return take(*wanted, value);
    simdjson::dom::object inner;
    return value.get(inner) != simdjson::SUCCESS || read(std::get<Place>(member.what), inner);
  }

  bool take(Wanted wanted, const simdjson::dom::element& value)
  {
    if (wanted < texts_wanted)
      return value.get(texts_[wanted]) == simdjson::SUCCESS;
    bool truth = false;
    std::uint64_t number = 0;
    if (wanted == final_truth) {
      if (value.get(truth) != simdjson::SUCCESS)
        return false;
      number = truth ? 1 : 0;
    } else if (value.get(number) != simdjson::SUCCESS || number > LoggedLineReader::max_number) {
      return false;
    }
    numbers_[wanted] = number;
    return true;
  }

  std::array<std::string_view, texts_wanted> texts_ = {};
  std::array<std::optional<std::uint64_t>, all_wanted> numbers_ = {};
};

bool parse_number(std::string_view text, int base, std::uint64_t& number)
{
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return !text.empty() && stop == end && error == std::errc{};
}

// `53d780e175b21d7d.660be8f00daa1.22`: session, start and sequence.
bool parse_id(std::string_view id, LoggedLine& line)
{
  const std::size_t first = id.find('.');
  const std::size_t last = id.rfind('.');
  std::uint64_t sequence = 0;
  return first != last && parse_number(id.substr(0, first), 16, line.session.id) &&
         parse_number(id.substr(first + 1, last - first - 1), 16, line.session.start_us) &&
         parse_number(id.substr(last + 1), 10, sequence) && sequence == line.event_sequence;
}

std::string_view understand_event(const Members& found, LoggedLine& line)
{
  if (!found.number(event_sequence) || !found.number(final_truth))
    return "a session's line without its sequence or its session";
  line.event_sequence = *found.number(event_sequence);
  line.number = found.number(session_line).value_or(line.event_sequence);
  line.final = *found.number(final_truth) != 0;
  line.session.outbound = found.text(subsystem_text) == "smtp-out";
  return parse_id(found.text(id_text), line) ? "" : "event.id does not fit the line";
}

std::string_view understand(const Members& found, LoggedLine& line)
{
  const auto kind = record_kinds.find(found.text(record_text));
  if (!kind)
    return foreign;
  line.kind = *kind;
  line.has_sequence = found.number(logger_sequence) && found.number(logger_dropped) &&
                      parse_number(found.text(run_text), 16, line.run);
  const bool repeats = line.kind == RecordKind::meta || line.kind == RecordKind::stats;
  if (!line.has_sequence && (!repeats || found.number(logger_sequence)))
    return foreign;
  line.time = found.text(time_text);
  line.host = found.text(host_text);
  line.sequence = found.number(logger_sequence).value_or(0);
  line.dropped =
    std::max(found.number(logger_dropped).value_or(0), found.number(lines_dropped).value_or(0));
  line.process_start = found.text(action_text) == "logger-start";
  line.repaired_bytes = found.number(repaired_bytes).value_or(0);
  return line.kind == RecordKind::event ? understand_event(found, line) : "";
}

// The same words with every release of the parser, for what hostile bytes are about.
std::string_view reason_of(simdjson::error_code error, std::string_view text)
{
  if (text.find('\0') != std::string_view::npos)
    return "NUL in line";
  if (error == simdjson::UTF8_ERROR)
    return "not UTF-8";
  if (error == simdjson::DEPTH_ERROR)
    return "nested too deeply";
  return simdjson::error_message(error);
}

} // namespace

struct LoggedLineReader::Parser
{
  // Longer lines make it grow, which leaves the depth as it is.
  Parser()
  {
    constexpr std::size_t usual_line = std::size_t{64} * 1024;
    if (parser.allocate(usual_line, max_depth) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }

  simdjson::dom::parser parser;
};

LoggedLineReader::LoggedLineReader()
  : parser_(std::make_unique<Parser>())
{}

LoggedLineReader::~LoggedLineReader() = default;

std::string_view LoggedLineReader::read(std::string_view text, LoggedLine& line)
{
  line = {};
  text = without_header(text);
  simdjson::dom::element document;
  // Said here, or a compiler that cannot bound the copy inside warns.
  if (text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES)
    return simdjson::error_message(simdjson::CAPACITY);
  if (const auto error = parser_->parser.parse(text.data(), text.size(), true).get(document))
    return reason_of(error, text);
  simdjson::dom::object root;
  if (document.get(root) != simdjson::SUCCESS)
    return foreign;
  Members found;
  if (!found.read(Place::document, root))
    return "a field of the wrong type";
  return understand(found, line);
}

} // namespace jsonlog
