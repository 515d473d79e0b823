// SPDX-License-Identifier: ISC
//
// bench_sessions RECORDING...: what many sessions, and large ones, cost.
//
// Opens 100 and then 100,000 sessions, each as far as half of a recorded one, prints the memory
// that a live session takes, then deals out further reports among them at random and prints the
// cost of one. Last, a session of 5,000 recipients: bytes of a line, and whether it counted right.
#include "jsonlog/pipeline.hpp"
#include "user_time.hpp"

#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>

namespace {

class Null : public jsonlog::LineSink
{
public:
  bool write(std::string_view line, jsonlog::Worth) override
  {
    ++lines;
    bytes += line.size();
    last = line;
    return true;
  }
  std::uint64_t lines = 0, bytes = 0;
  std::string_view last; // valid until the next line is made
};

// A report without its session id.
struct Report
{
  std::string head, tail;
};
using Recorded = std::vector<Report>;

std::vector<Recorded> read_sessions(int count, char** paths)
{
  std::map<std::string, Recorded> sessions;
  for (int i = 0; i < count; ++i) {
    std::ifstream file(paths[i], std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      std::size_t id = 0;
      for (int bars = 0; bars < 5 && id != std::string::npos; ++bars)
        id = line.find('|', id) + 1;
      if (line.starts_with("report|"))
        sessions[paths[i] + line.substr(id, 16)].push_back(
          {line.substr(0, id), line.substr(id + 16)});
    }
  }
  std::vector<Recorded> all;
  for (auto& [key, session] : sessions)
    if (session.size() > 20) // real ones; some consist of two reports
      all.push_back(std::move(session));
  return all;
}

class Traffic
{
public:
  Traffic(const std::vector<Recorded>& recorded, std::size_t live)
    : recorded_(recorded)
    , positions_(live)
    , pipeline_({settings(), jsonlog::Format::json, live + 1}, sink_)
  {}

  void open_all()
  {
    for (std::size_t i = 0; i < positions_.size(); ++i)
      while (positions_[i] < session(i).size() / 2)
        feed(i);
  }

  // Deals out so many reports; a session goes back to its middle before it would end.
  void deal(std::size_t reports)
  {
    std::uniform_int_distribution<std::size_t> any(0, positions_.size() - 1);
    for (std::size_t n = 0; n < reports; ++n) {
      const std::size_t i = any(dice_);
      if (positions_[i] + 2 >= session(i).size())
        positions_[i] = session(i).size() / 2;
      feed(i);
    }
  }

private:
  static jsonlog::LineSettings settings()
  {
    jsonlog::LineSettings settings;
    settings.program_version = "bench";
    return settings;
  }

  const Recorded& session(std::size_t i) const { return recorded_[i % recorded_.size()]; }

  void feed(std::size_t i)
  {
    const Report& report = session(i)[positions_[i]++];
    std::snprintf(id_, sizeof id_, "%016zx", i + 1);
    line_.assign(report.head).append(id_).append(report.tail);
    pipeline_.feed({line_, false});
  }

  const std::vector<Recorded>& recorded_;
  std::vector<std::size_t> positions_;
  Null sink_;
  jsonlog::Pipeline pipeline_;
  std::mt19937_64 dice_{7};
  std::string line_;
  char id_[17]{};
};

void measure(const std::vector<Recorded>& recorded, std::size_t live)
{
  constexpr std::size_t reports = 1'000'000;
  const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  Traffic traffic(recorded, live);
  traffic.open_all();
  const std::size_t memory = mallinfo2().uordblks + mallinfo2().hblkhd - before;
  traffic.deal(reports / 10);
  const double start = user_seconds();
  traffic.deal(reports);
  const double seconds = user_seconds() - start;
  std::printf("%6zu live     %5zu bytes each, %.0f ns an event\n", live, memory / live,
              seconds / reports * 1e9);
}

void many_recipients()
{
  Null sink;
  jsonlog::LineSettings settings;
  settings.program_version = "bench";
  jsonlog::Pipeline pipeline({settings, jsonlog::Format::json, 1}, sink);
  const auto feed = [&](const std::string& event) {
    pipeline.feed({"report|0.7|1795221394.597792|smtp-in|" + event, false});
  };
  const std::string id = "53d780c857e25095";
  feed("link-connect|" + id + "|mail.example.org|pass|192.0.2.9:38802|198.51.100.25:25");
  feed("link-greeting|" + id + "|mx.example.org");
  feed("link-identify|" + id + "|EHLO|mail.example.org");
  feed("tx-begin|" + id + "|ff53feaa");
  feed("tx-mail|" + id + "|ff53feaa|ok|sender@example.org");
  for (int i = 0; i < 5000; ++i) {
    const std::string address = "user" + std::to_string(i) + "@example.org";
    feed("protocol-client|" + id + "|RCPT TO:<" + address + ">");
    char envelope[17];
    std::snprintf(envelope, sizeof envelope, "ff53feaa%08x", i);
    feed("tx-envelope|" + id + "|ff53feaa|" + envelope);
    feed("tx-rcpt|" + id + "|ff53feaa|" + (i % 5 == 0 ? "permfail|" : "ok|") + address);
  }
  const bool exact =
    sink.last.find(R"("rcpt":{"count":5000,"accepted":4000,"tempfail":0,"permfail":1000)") !=
    std::string_view::npos;
  std::printf("5000 rcpt       %.0f bytes a line, counts %s\n",
              static_cast<double>(sink.bytes) / static_cast<double>(sink.lines),
              exact ? "exact" : "WRONG");
}

} // namespace

int main(int argc, char** argv)
{
  const auto recorded = read_sessions(argc - 1, argv + 1);
  if (recorded.empty()) {
    std::fputs("usage: bench_sessions RECORDING...\n", stderr);
    return 2;
  }
  measure(recorded, 100);
  measure(recorded, 100'000);
  many_recipients();
  return 0;
}
