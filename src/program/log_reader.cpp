// SPDX-License-Identifier: ISC
#include "program/log_reader.hpp"

#include "jsonlog/pipeline.hpp"
#include "jsonlog/time_text.hpp"
#include "reading/input_lines.hpp"
#include "reading/log_order.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace jsonlog {

namespace {

constexpr std::int64_t first_progress_ms = 1000;
constexpr std::int64_t between_progress_ms = 200;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void note_interrupt(int)
{
  interrupted = true;
}

std::int64_t now_ms()
{
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Of a log: `events-20261120T100000Z.json.zst`.
bool is_log(const std::filesystem::directory_entry& entry)
{
  std::error_code error;
  const std::string name = entry.path().filename().string();
  return entry.is_regular_file(error) &&
         (name.ends_with(".json") || name.ends_with(".json.gz") || name.ends_with(".json.zst"));
}

bool is_of_stream(std::string_view line) noexcept
{
  return line.starts_with("report|") || line.starts_with("config|");
}

// The time of the first report, as FileAge has it.
std::string time_of_stream(const std::string& path)
{
  constexpr int lines_looked_at = 1000;
  InputLines file(path);
  for (int i = 0; i < lines_looked_at; ++i) {
    const auto line = file.next();
    if (!line || !is_of_stream(line->text))
      break;
    Report report;
    if (!parse_report(line->text, report).empty())
      continue;
    TextBuffer time;
    append_time(time, report.time_us);
    return std::string(time.view());
  }
  return {};
}

// Replayed lines into a function.
class Replayed : public LineSink
{
public:
  explicit Replayed(std::function<void(std::string_view)> take)
    : take_(std::move(take))
  {}
  bool write(std::string_view line, Worth) override
  {
    take_(line.substr(0, line.size() - 1));
    return true;
  }

private:
  std::function<void(std::string_view)> take_;
};

} // namespace

std::string expand_folders(std::vector<std::string>& paths)
{
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
      if (is_log(entry))
        files.push_back(entry.path().string());
    if (error)
      return path + ": " + error.message();
  }
  paths = std::move(files);
  return {};
}

LogReader::LogReader(const std::vector<std::string>& inputs, Diagnostics& diagnostics)
  : paths_(inputs)
  , diagnostics_(diagnostics)
{}

bool LogReader::read(const Visit& visit)
{
  std::signal(SIGINT, note_interrupt);
  next_progress_ms_ = now_ms() + first_progress_ms;
  if (const std::string wrong = expand_folders(paths_); !wrong.empty()) {
    diagnostics_.say(wrong);
    return false;
  }
  if (!sort())
    return false;
  bool good = true;
  for (const std::string& path : paths_)
    good = (interrupted || read_file(path, visit)) && good;
  end_progress();
  if (foreign_ != 0)
    diagnostics_.say(std::to_string(foreign_) + " lines are neither of a log nor reports");
  return good;
}

bool LogReader::sort()
{
  std::vector<std::pair<FileAge, std::string>> files;
  for (const std::string& path : paths_) {
    int error = 0;
    FileAge age = path == "-" ? FileAge{} : age_of(path, error);
    if (error != 0)
      return refuse(path, std::strerror(error));
    if (path != "-" && age.time.empty())
      age.time = time_of_stream(path);
    files.emplace_back(std::move(age), path);
  }
  std::stable_sort(files.begin(), files.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  paths_.clear();
  for (auto& [age, path] : files)
    paths_.push_back(std::move(path));
  return true;
}

bool LogReader::read_file(const std::string& path, const Visit& visit)
{
  InputLines file(path, longest_logged_line);
  Replayed replayed([&](std::string_view text) { read_line(text, visit); });
  std::unique_ptr<Pipeline> pipeline;
  bool first = true;
  while (!interrupted) {
    const auto line = file.next();
    if (!line)
      break;
    if (std::exchange(first, false) && is_of_stream(line->text))
      pipeline = std::make_unique<Pipeline>(PipelineSettings{}, replayed);
    show_progress(line->text.size() + 1);
    if (pipeline != nullptr)
      pipeline->feed(
        {line->text.substr(0, limits::line), line->oversized || line->text.size() > limits::line});
    else if (needle_.empty() || line->text.find(needle_) != std::string_view::npos)
      read_line(line->oversized ? std::string_view() : line->text, visit);
  }
  if (pipeline != nullptr)
    pipeline->finish();
  return file.error() == 0 || refuse(path, file.problem());
}

void LogReader::read_line(std::string_view text, const Visit& visit)
{
  if (!line_.parse(text) || line_.text("/opensmtpd/record").empty()) {
    ++foreign_;
    return;
  }
  ++lines_;
  visit(line_);
}

void LogReader::show_progress(std::uint64_t bytes)
{
  constexpr std::uint64_t between_looks = std::uint64_t{1} << 20;
  const std::uint64_t before = std::exchange(bytes_, bytes_ + bytes);
  if (before / between_looks == bytes_ / between_looks || isatty(STDERR_FILENO) == 0)
    return;
  const std::int64_t now = now_ms();
  if (now < next_progress_ms_)
    return;
  next_progress_ms_ = now + between_progress_ms;
  progress_shown_ = true;
  std::fprintf(stderr, "\r%llu MB ", static_cast<unsigned long long>(bytes_ >> 20U));
}

void LogReader::end_progress()
{
  if (std::exchange(progress_shown_, false))
    std::fputs("\r\033[K", stderr);
}

bool LogReader::refuse(const std::string& path, const std::string& why)
{
  end_progress();
  diagnostics_.say(path + ": " + why);
  return false;
}

} // namespace jsonlog
