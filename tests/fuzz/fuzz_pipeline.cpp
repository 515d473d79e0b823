// SPDX-License-Identifier: ISC
//
// Input: a byte of settings, then a report stream. One line comes out for each line that is no
// handshake, every line is valid JSON (or one line of text) and no longer than wanted, and no
// secret comes out; also of the past of sessions that turn out to be worth all their lines.
#include "fuzz_target.hpp"
#include "json_line.hpp"
#include "jsonlog/pipeline.hpp"
#include "planted_secrets.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

using namespace jsonlog;

namespace {

// An event's name is any text: a report can name itself like a synthetic end.
bool is_synthetic(std::string_view line)
{
  const auto holds = [line](std::string_view text) {
    return line.find(text) != std::string_view::npos;
  };
  return (holds(R"("action":"session-shutdown")") || holds(R"("action":"session-evicted")")) &&
         !holds(R"("unknown":{"event":"session-)");
}

class Checker : public LineSink
{
public:
  Checker(Format format, std::size_t max_line)
    : format_(format)
    , max_line_(max_line)
  {}

  bool write(std::string_view line, jsonlog::Worth) override
  {
    require(line.find('\n') == line.size() - 1, "a line is one line");
    require(line.size() - 1 <= max_line_, "a line is no longer than wanted");
    require(format_ != Format::json || is_json_line(line), "a line is valid JSON");
    require(line.find(planted_secret) == std::string_view::npos, "no secret comes out");
    synthetic += format_ == Format::json && is_synthetic(line) ? 1U : 0U;
    ++lines;
    return true;
  }

  std::size_t lines = 0, synthetic = 0;

private:
  Format format_;
  std::size_t max_line_;
};

// Counted without the pipeline: all lines but those of a handshake.
std::size_t count_records(std::string_view stream)
{
  std::size_t count = 0;
  bool in_handshake = true;
  while (!stream.empty()) {
    const std::string_view line = stream.substr(0, stream.find('\n'));
    stream.remove_prefix(std::min(stream.size(), line.size() + 1));
    const std::string_view kept = line.substr(0, limits::line);
    if (Handshake::is_line(kept)) {
      in_handshake = !(kept == "config|ready" || kept.starts_with("config|ready|"));
    } else if (!in_handshake || !kept.starts_with("config|")) {
      Report report;
      const bool whole = kept.size() == line.size() && kept.find('\0') == std::string_view::npos;
      if (whole && parse_report(kept, report).empty())
        in_handshake = false;
      ++count;
    }
  }
  return count;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const unsigned choice = size > 0 ? data[0] : 0U;
  std::string_view given(reinterpret_cast<const char*>(data), size);
  given.remove_prefix(std::min<std::size_t>(1, size));
  if (given.find(planted_secret) != std::string_view::npos)
    return 0;
  const std::string stream = plant_secrets(given);

  LineSettings settings;
  settings.detail = static_cast<Detail>(choice % 3);
  settings.original = (choice & 4) != 0;
  settings.max_line = (choice & 8) != 0 ? limits::smallest_line : limits::max_line;
  const Format format = (choice & 48) == 48   ? Format::raw
                        : (choice & 48) == 32 ? Format::kv
                                              : Format::json;
  Checker sink(format, settings.max_line);
  Pipeline pipeline({settings, format}, sink);
  Checker selected_sink(format, settings.max_line);
  PipelineSettings selected_settings{settings, format};
  selected_settings.selection.lines = LineChoice::ends;
  selected_settings.selection.whole.refused = true;
  selected_settings.selection.whole.anomaly = true;
  Pipeline selected(selected_settings, selected_sink);
  const auto feed = [&](const Line& line) {
    pipeline.feed(line);
    selected.feed(line);
  };
  LineReader reader;
  for (std::string_view rest = stream; !rest.empty();) {
    const auto [space, room] = reader.space();
    const std::size_t count = std::min({rest.size(), room, std::size_t{1} << (choice >> 4)});
    std::memcpy(space, rest.data(), count);
    reader.commit(count);
    rest.remove_prefix(count);
    while (const auto line = reader.next())
      feed(*line);
  }
  if (const auto line = reader.rest())
    feed(*line);
  pipeline.finish();
  selected.finish();
  require(sink.lines - sink.synthetic == count_records(stream), "one line for each line");
  return 0;
}
