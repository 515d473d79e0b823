// SPDX-License-Identifier: ISC
#include "program/verify.hpp"

#include "program/log_files.hpp"
#include "program/recording.hpp"
#include "reading/input_lines.hpp"
#include "reading/ledger.hpp"
#include "reading/log_order.hpp"
#include "reading/logged_line.hpp"
#include "reading/verdict.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jsonlog {

namespace {

constexpr int problems_found = 1;
constexpr int cannot_read = 2;

class Verifier
{
public:
  Verifier(const Options& options, Diagnostics& diagnostics)
    : options_(options)
    , diagnostics_(diagnostics)
  {}

  int run()
  {
    auto paths = logs_in_order(options_.inputs, diagnostics_);
    if (!paths)
      return cannot_read;
    paths_ = std::move(*paths);
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
  bool read_file(const std::string& path)
  {
    InputLines file(path, longest_logged_line);
    std::unique_ptr<Recording> recording;
    LinePlace place{verdict_.files, 0};
    while (const auto line = file.next()) {
      if (++place.line == 1 && is_of_recording(line->text))
        recording = std::make_unique<Recording>([&](std::string_view text) {
          read_line({text, false}, false, place);
        });
      if (recording != nullptr)
        recording->feed(*line);
      else
        read_line(*line, file.torn(), place);
    }
    if (recording != nullptr)
      recording->finish();
    if (file.error() == EBADMSG)
      report(Problem::torn, 1, place, file.problem() + ": the last line that can be read");
    return file.error() == 0 || file.error() == EBADMSG || refuse(path, file.error());
  }

  void read_line(const Line& line, bool torn, LinePlace place)
  {
    LoggedLine record;
    ++verdict_.lines;
    const std::string_view error =
      line.oversized ? "line too long" : reader_.read(line.text, record);
    if (torn)
      report(Problem::torn, 1, place, "no LF at the end: a torn line");
    else if (!error.empty())
      report(Problem::invalid, 1, place, error);
    if (error.empty())
      ledger_.enter(record, place);
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
  LoggedLineReader reader_;
  Verdict verdict_;
  std::array<int, problem_kinds> told_ = {};
  Ledger ledger_{options_.ledger,
                 [this](Problem problem, std::uint64_t count, const std::optional<LinePlace>& place,
                        std::string_view text) { report(problem, count, place, text); }};
};

} // namespace

int run_verify(const Options& options, Diagnostics& diagnostics)
{
  return Verifier(options, diagnostics).run();
}

} // namespace jsonlog
