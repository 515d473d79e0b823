// SPDX-License-Identifier: ISC
#include "line/records.hpp"

#include "jsonlog/time_text.hpp"
#include "line/event_line.hpp"
#include "line/members.hpp"

#include <algorithm>
#include <array>

namespace jsonlog {

namespace {

// By their place in Event.
constexpr std::array<std::string_view, std::variant_size_v<Event>> event_names{
  "link-connect",    "link-greeting",   "link-identify", "link-tls", "link-auth",
  "link-disconnect", "tx-begin",        "tx-mail",       "tx-rcpt",  "tx-envelope",
  "tx-data",         "tx-commit",       "tx-rollback",   "tx-reset", "protocol-client",
  "protocol-server", "filter-response", "filter-report", "timeout",  "unknown"};

enum class Size { whole, without_lists, short_texts };

// A record from nothing; there are few of them.
class RecordWriter
{
public:
  RecordWriter(const LineSettings& settings, Size size)
    : settings_(settings)
  {
    json_.shorten(size == Size::short_texts);
    json_.leave_out_lists(size != Size::whole);
    json_.clear();
  }

  std::string meta(const ProcessFacts& process, const MetaFacts& facts, std::int64_t time_us,
                   std::size_t padding)
  {
    const std::string_view action = facts.process_start ? "logger-start" : "file-start";
    text_.clear();
    text_ << action << " filter-jsonlog " << settings_.program_version << " pid " << process.pid;
    begin(time_us);
    json_.open_member("process");
    json_.member("pid", process.pid);
    json_.end_object();
    write_event("state", "opensmtpd.session", action);
    write_observer(json_, settings_, {});
    begin_opensmtpd("meta");
    if (facts.logger)
      write_logger(facts.logger->run, facts.logger->sequence, facts.logger->dropped);
    json_.end_object();
    json_.open_member("meta");
    write_options(process.options);
    json_.member("hostname", Field::meta_hostname, process.hostname);
    json_.member("previous_file", Field::meta_previous_file, facts.previous_file);
    member("previous_sequence", facts.previous_sequence);
    member("repaired_bytes", facts.repaired_bytes);
    json_.token_member("padding", std::string(padding, '.'));
    json_.end_object();
    return end();
  }

  std::string stats(const Account& account, const StatsFacts& facts, std::int64_t time_us)
  {
    const LoggerState& logger = account.logger;
    const StreamCounts& counts = account.counts;
    const std::uint64_t lines_out = logger.sequence - logger.dropped;
    text_.clear();
    text_ << "stats " << lines_out << " lines " << logger.dropped << " dropped";
    begin(time_us);
    write_event("metric", "opensmtpd.stats", "stats");
    write_observer(json_, settings_, {account.handshake.smtpd_version(), account.handshake.admd()});
    begin_opensmtpd("stats");
    if (logger.sequence > 0) {
      text_.clear();
      text_.hex(static_cast<std::uint64_t>(logger.run_us));
      write_logger(text_.view(), logger.sequence - 1, logger.dropped);
    }
    json_.end_object();
    json_.open_member("stats");
    json_.member("uptime_s", facts.uptime_s);
    json_.open_member("sessions");
    json_.member("live", std::uint64_t{account.live_sessions});
    json_.member("oldest_s", oldest_s(account, time_us));
    json_.member("total", counts.sessions);
    json_.end_object();
    json_.open_member("events");
    json_.member("total", counts.reports());
    write_events(counts);
    json_.end_object();
    json_.open_member("lines");
    json_.member("total", lines_out);
    json_.member("truncated", counts.truncated);
    json_.member("dropped", logger.dropped);
    json_.member("unselected", counts.unselected);
    json_.end_object();
    write_pair("held", "sessions", account.held_sessions, "bytes", account.held_bytes);
    json_.open_member("messages");
    json_.member("known", std::uint64_t{account.known_messages});
    json_.end_object();
    write_pair("bytes", "in", facts.bytes_in, "out", facts.bytes_out);
    write_pair("queue", "bytes", facts.queue_bytes, "bytes_max", facts.queue_bytes_max);
    write_pair("errors", "parse", counts.malformed, "sink", facts.sink_errors);
    json_.end_object();
    return end();
  }

private:
  // Up to the message, which stands in text_.
  void begin(std::int64_t time_us)
  {
    TextBuffer time;
    append_time(time, time_us);
    json_.begin_object();
    json_.token_member("@timestamp", time.view());
    json_.token_member("message", text_.view());
    write_head(json_, settings_);
  }

  void write_event(std::string_view kind, std::string_view dataset, std::string_view action)
  {
    json_.open_member("event");
    json_.token_member("kind", kind);
    json_.token_member("module", "opensmtpd");
    json_.token_member("dataset", dataset);
    json_.token_member("action", action);
    json_.end_object();
  }

  // Leaves opensmtpd.logger open.
  void begin_opensmtpd(std::string_view record)
  {
    json_.open_member("opensmtpd");
    json_.token_member("schema", schema_version);
    json_.token_member("record", record);
    json_.open_member("logger");
    json_.token_member("version", settings_.program_version);
  }

  void write_logger(std::string_view run, std::uint64_t sequence, std::uint64_t dropped)
  {
    json_.token_member("run", run);
    json_.member("sequence", sequence);
    json_.member("dropped", dropped);
  }

  void write_options(const std::vector<std::string>& options)
  {
    if (!json_.wants_list(Field::meta_options, options.empty()))
      return;
    json_.key("options");
    json_.begin_array();
    for (const std::string& option : options)
      json_.value(Field::meta_options, option);
    json_.end_array();
  }

  void write_events(const StreamCounts& counts)
  {
    if (counts.reports() == 0)
      return;
    json_.key("by");
    json_.begin_array();
    for (std::size_t i = 0; i < counts.events.size(); ++i) {
      if (counts.events[i] == 0)
        continue;
      text_.clear();
      text_ << event_names[i] << ':' << counts.events[i];
      json_.token(text_.view());
    }
    json_.end_array();
  }

  void write_pair(std::string_view object, std::string_view first, std::uint64_t first_value,
                  std::string_view second, std::uint64_t second_value)
  {
    json_.open_member(object);
    json_.member(first, first_value);
    json_.member(second, second_value);
    json_.end_object();
  }

  void member(std::string_view name, const std::optional<std::uint64_t>& number)
  {
    if (number)
      json_.member(name, *number);
  }

  // The report's clock may be ahead of ours.
  static std::uint64_t oldest_s(const Account& account, std::int64_t time_us)
  {
    const auto& start_us = account.oldest_start_us;
    if (!start_us || *start_us >= time_us)
      return 0;
    return static_cast<std::uint64_t>(time_us - *start_us) / 1'000'000;
  }

  // Closes opensmtpd and the document.
  std::string end()
  {
    write_truncated(json_);
    json_.end_object();
    json_.end_object();
    return std::string(json_.text());
  }

  const LineSettings& settings_;
  Json json_;
  TextBuffer text_;
};

template <typename Write>
std::string within_budget(const LineSettings& settings, Write write)
{
  std::string line;
  for (const Size size : {Size::whole, Size::without_lists, Size::short_texts}) {
    line = write(size);
    if (line.size() <= settings.max_line)
      break;
  }
  line += '\n';
  return line;
}

} // namespace

std::string meta_record(const LineSettings& settings, const ProcessFacts& process,
                        const MetaFacts& facts, std::int64_t time_us)
{
  return within_budget(settings, [&](Size size) {
    constexpr std::size_t key_size = std::string_view(R"(,"padding":"")").size();
    std::string line = RecordWriter(settings, size).meta(process, facts, time_us, 0);
    if (line.size() >= meta_size)
      return line;
    const std::size_t missing = meta_size - line.size();
    return RecordWriter(settings, size)
      .meta(process, facts, time_us, missing > key_size ? missing - key_size : 1);
  });
}

std::string stats_record(const LineSettings& settings, const Account& account,
                         const StatsFacts& facts, std::int64_t time_us)
{
  return within_budget(settings, [&](Size size) {
    return RecordWriter(settings, size).stats(account, facts, time_us);
  });
}

} // namespace jsonlog
