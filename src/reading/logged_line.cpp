// SPDX-License-Identifier: ISC
#include "reading/logged_line.hpp"

#include "jsonlog/text.hpp"
#include "text/rapidjson.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace jsonlog {

namespace {

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
  stats_lines,
  elsewhere
};

constexpr struct
{
  Place parent;
  std::string_view key;
  Place place;
} objects[] = {
  {Place::document, "event", Place::event},         {Place::document, "host", Place::host},
  {Place::document, "opensmtpd", Place::opensmtpd}, {Place::opensmtpd, "logger", Place::logger},
  {Place::opensmtpd, "session", Place::session},    {Place::opensmtpd, "meta", Place::meta},
  {Place::opensmtpd, "stats", Place::stats},        {Place::stats, "lines", Place::stats_lines},
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

constexpr struct
{
  Place place;
  std::string_view key;
  Wanted wanted;
} members[] = {
  {Place::document, "@timestamp", time_text},
  {Place::event, "action", action_text},
  {Place::event, "id", id_text},
  {Place::event, "sequence", event_sequence},
  {Place::host, "name", host_text},
  {Place::opensmtpd, "record", record_text},
  {Place::opensmtpd, "subsystem", subsystem_text},
  {Place::logger, "run", run_text},
  {Place::logger, "sequence", logger_sequence},
  {Place::logger, "dropped", logger_dropped},
  {Place::session, "final", final_truth},
  {Place::session, "line", session_line},
  {Place::meta, "repaired_bytes", repaired_bytes},
  {Place::stats_lines, "dropped", lines_dropped},
};

// Takes RapidJSON's events and keeps the wanted values; refuses one of another type.
class Members : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Members>
{
public:
  std::array<std::string_view, texts_wanted> texts = {};
  std::array<std::optional<std::uint64_t>, all_wanted> numbers = {};
  std::string_view error; // why it refused

  std::string_view text(Wanted wanted) const { return texts[wanted]; }
  const std::optional<std::uint64_t>& number(Wanted wanted) const { return numbers[wanted]; }

  bool Key(const char* name, rapidjson::SizeType size, bool)
  {
    const Place place = places_[depth_];
    wanted_ = all_wanted;
    next_ = Place::elsewhere;
    if (place == Place::elsewhere)
      return true;
    const std::string_view key(name, size);
    for (const auto& member : members)
      if (member.place == place && member.key == key)
        wanted_ = member.wanted;
    for (const auto& object : objects)
      if (object.parent == place && object.key == key)
        next_ = object.place;
    return true;
  }
  bool StartObject() { return enter(std::exchange(next_, Place::elsewhere)); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray()
  {
    next_ = Place::elsewhere;
    return enter(Place::elsewhere);
  }
  bool EndArray(rapidjson::SizeType) { return leave(); }

  bool String(const char* text, rapidjson::SizeType size, bool)
  {
    if (wanted_ < texts_wanted)
      texts[wanted_] = {text, size};
    return taken(wanted_ < texts_wanted);
  }
  bool Uint64(std::uint64_t number)
  {
    const bool is_number = wanted_ >= texts_wanted && wanted_ < final_truth;
    if (is_number && number <= LoggedLineReader::max_number)
      numbers[wanted_] = number;
    return taken(is_number && number <= LoggedLineReader::max_number);
  }
  bool Uint(unsigned number) { return Uint64(number); }
  bool Int(int) { return taken(false); } // negative
  bool Int64(std::int64_t) { return taken(false); }
  bool Bool(bool truth)
  {
    if (wanted_ == final_truth)
      numbers[wanted_] = truth;
    return taken(wanted_ == final_truth);
  }
  bool Default() { return taken(false); }

private:
  bool enter(Place place)
  {
    if (depth_ == LoggedLineReader::max_depth) {
      error = "nested too deeply";
      return false;
    }
    places_[++depth_] = place;
    return wanted_ == all_wanted || taken(false);
  }
  bool leave()
  {
    --depth_;
    next_ = Place::elsewhere;
    return true;
  }
  // The value of the key before was `right`.
  bool taken(bool right)
  {
    next_ = Place::elsewhere;
    if (std::exchange(wanted_, all_wanted) == all_wanted || right)
      return true;
    error = "a field of the wrong type";
    return false;
  }

  std::array<Place, LoggedLineReader::max_depth + 1> places_{Place::elsewhere};
  std::size_t depth_ = 0;        // places_[depth_] is open
  Place next_ = Place::document; // what an object that follows is
  Wanted wanted_ = all_wanted;   // what the value that follows is; all_wanted: of no interest
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
  constexpr std::string_view foreign = "not a line of this program";
  constexpr std::array<std::string_view, 4> kinds = {"event", "anomaly", "meta", "stats"};
  const auto* const kind = std::find(kinds.begin(), kinds.end(), found.text(record_text));
  if (kind == kinds.end())
    return foreign;
  line.kind = static_cast<RecordKind>(kind - kinds.begin());
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

} // namespace

std::string_view without_header(std::string_view text) noexcept
{
  constexpr std::size_t longest_header = 512;
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  const std::size_t brace = text.substr(0, longest_header).find('{');
  const bool behind_tag =
    brace != std::string_view::npos && brace > 1 && text.substr(brace - 2, 2) == ": ";
  return behind_tag ? text.substr(brace) : text;
}

std::string_view LoggedLineReader::read(std::string_view text, LoggedLine& line)
{
  line = {};
  text = without_header(text);
  if (!is_utf8(text))
    return "not UTF-8";
  copy_.assign(text);
  rapidjson::InsituStringStream stream(copy_.data());
  rapidjson::Reader reader;
  Members found;
  // Iterative: nesting that is refused must not have used up the stack.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag;
  const rapidjson::ParseResult result = reader.Parse<flags>(stream, found);
  if (!found.error.empty())
    return found.error;
  if (result.IsError())
    return rapidjson::GetParseError_En(result.Code());
  if (stream.Tell() < text.size())
    return "NUL in line"; // which is the end of the text for RapidJSON
  return understand(found, line);
}

} // namespace jsonlog
