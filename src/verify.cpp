// SPDX-License-Identifier: ISC
#include "verify.hpp"

#include "jsonlog/line_reader.hpp"
#include "jsonlog/time_text.hpp"
#include "verdict.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace jsonlog {

namespace {

constexpr int problems_found = 1;
constexpr int cannot_read = 2;

// Only --max-line allows more than 64K; the lists of --detail full fill a few MiB then.
constexpr std::size_t longest_line = std::size_t{16} * 1024 * 1024;

// The lines of a file, or of standard input.
class LogFile
{
public:
  explicit LogFile(const std::string& path)
    : descriptor_(path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC))
    , error_(descriptor_ < 0 ? errno : 0)
    , ended_(error_ != 0)
  {}
  ~LogFile()
  {
    if (descriptor_ >= 0)
      close(descriptor_);
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // Empty at the end, and if the file cannot be opened or read: then error() says why. The text
  // holds until the next call.
  std::optional<Line> next()
  {
    do {
      if (const auto line = reader_.next())
        return line;
    } while (!ended_ && fill());
    const auto line = std::exchange(ended_, true) ? std::nullopt : reader_.rest();
    torn_ = line.has_value();
    return line;
  }
  // The line given last does not end with LF.
  bool torn() const noexcept { return torn_; }
  int error() const noexcept { return error_; }

private:
  bool fill()
  {
    const auto [data, size] = reader_.space();
    ssize_t count = 0;
    do
      count = read(descriptor_, data, size);
    while (count < 0 && errno == EINTR);
    if (count < 0) {
      error_ = errno;
      ended_ = true;
    }
    if (count > 0)
      reader_.commit(static_cast<std::size_t>(count));
    return count > 0;
  }

  const int descriptor_;
  int error_;
  bool ended_;
  bool torn_ = false;
  LineReader reader_{longest_line};
};

// What tells the order of files: the first record of a run that has a name, by the time its run
// began. A file without one has the time of its first record.
struct FileAge
{
  std::string time;
  std::uint64_t sequence = 0;

  auto operator<=>(const FileAge&) const = default;
};

// `error`: errno, if the file cannot be read.
FileAge age_of(const std::string& path, int& error)
{
  constexpr int lines_looked_at = 1000; // anomaly records before the first report, broken lines
  constexpr std::uint64_t year_9999_us = 253'402'300'800'000'000;
  LogFile file(path);
  LoggedLineReader reader;
  LoggedLine record;
  FileAge age;
  for (int i = 0; i < lines_looked_at; ++i) {
    const auto line = file.next();
    if (!line)
      break;
    if (line->oversized || !reader.read(line->text, record).empty())
      continue;
    if (record.run > 0 && record.run < year_9999_us) {
      TextBuffer time;
      append_time(time, static_cast<std::int64_t>(record.run));
      return {std::string(time.view()), record.sequence};
    }
    if (age.time.empty())
      age.time = record.time;
  }
  error = file.error();
  return age;
}

class Verifier
{
public:
  Verifier(const Options& options, Diagnostics& diagnostics)
    : options_(options)
    , diagnostics_(diagnostics)
  {}

  int run()
  {
    if (!sort_files())
      return cannot_read;
    for (; verdict_.files < paths_.size(); ++verdict_.files)
      if (!read_file(paths_[verdict_.files]))
        return cannot_read;
    ledger_.close();
    verdict_.sums = ledger_.sums();
    const std::string text = options_.json ? verdict_json(verdict_) : verdict_text(verdict_);
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
      return cannot_read;
    return verdict_.good() ? 0 : problems_found;
  }

private:
  // Standard input cannot be looked at before; it stands for what is older than the files.
  bool sort_files()
  {
    std::vector<std::pair<FileAge, std::string>> files;
    for (const std::string& path : options_.inputs) {
      int error = 0;
      files.emplace_back(path == "-" ? FileAge{} : age_of(path, error), path);
      if (error != 0)
        return refuse(path, error);
    }
    std::stable_sort(files.begin(), files.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [age, path] : files)
      paths_.push_back(std::move(path));
    return true;
  }

  bool read_file(const std::string& path)
  {
    LogFile file(path);
    LoggedLineReader reader;
    LoggedLine record;
    LinePlace place{verdict_.files, 0};
    while (const auto line = file.next()) {
      ++place.line;
      ++verdict_.lines;
      const std::string_view error =
        line->oversized ? "line too long" : reader.read(line->text, record);
      if (file.torn())
        report(Problem::torn, 1, place, "no LF at the end: a torn line");
      else if (!error.empty())
        report(Problem::invalid, 1, place, error);
      if (error.empty())
        ledger_.enter(record, place);
    }
    return file.error() == 0 || refuse(path, file.error());
  }

  bool refuse(const std::string& path, int error)
  {
    diagnostics_.say(path + ": " + std::strerror(error));
    return false;
  }

  void report(Problem problem, std::uint64_t count, const std::optional<LinePlace>& place,
              std::string_view text)
  {
    constexpr int told_of_a_kind = 5;
    verdict_.problems[std::size_t(problem)] += count;
    int& told = told_[std::size_t(problem)];
    if (told == told_of_a_kind)
      return;
    ++told;
    const std::string where =
      place ? paths_[place->file] + ":" + std::to_string(place->line) + ": " : std::string();
    diagnostics_.say(where + std::string(text));
  }

  const Options& options_;
  Diagnostics& diagnostics_;
  std::vector<std::string> paths_; // in order
  Verdict verdict_;
  std::array<int, problem_kinds> told_ = {};
  Ledger ledger_{room(),
                 [this](Problem problem, std::uint64_t count, const std::optional<LinePlace>& place,
                        std::string_view text) { report(problem, count, place, text); }};

  LedgerRoom room() const
  {
    LedgerRoom room;
    room.sessions = std::max(room.sessions, options_.max_sessions);
    return room;
  }
};

} // namespace

int run_verify(const Options& options, Diagnostics& diagnostics)
{
  return Verifier(options, diagnostics).run();
}

} // namespace jsonlog
