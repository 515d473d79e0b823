// SPDX-License-Identifier: ISC
#include "program/option_checks.hpp"

#include "output/syslog_sink.hpp"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <system_error>
#include <variant>

#include <CLI/Error.hpp>

namespace jsonlog {

namespace {

// A file of less would hold little more than its first line.
constexpr std::uint64_t smallest_rotated = std::uint64_t{16} * 1024;

bool any_given(const IsGiven& is_given, std::initializer_list<const char*> names)
{
  return std::any_of(names.begin(), names.end(), is_given);
}

bool rotation_given(const IsGiven& is_given)
{
  return any_given(is_given,
                   {"--rotate-size", "--rotate-time", "--keep", "--keep-bytes", "--compress"});
}

constexpr const char* rotation_options = "--rotate-size, --rotate-time, --keep, --compress";

// What is asked for and can never happen is a mistake.
void check_rotation(const IsGiven& is_given, const FileSettings& file)
{
  std::error_code error;
  const auto status = std::filesystem::status(file.path, error);
  if (rotation_given(is_given) && std::filesystem::exists(status) &&
      !std::filesystem::is_regular_file(status))
    throw CLI::ValidationError(rotation_options,
                               "'" + file.path + "' is no regular file and is not rotated");
  if (any_given(is_given, {"--keep", "--keep-bytes", "--compress"}) && !file.rotation.ever())
    throw CLI::ValidationError("--keep, --keep-bytes, --compress",
                               "nothing is rotated with --rotate-size 0 and no --rotate-time");
  if (file.rotation.size != 0 && file.rotation.size < smallest_rotated)
    throw CLI::ValidationError("--rotate-size", "less than 16K");
}

// Whether the path leads, over links, to a descriptor of a process: /dev/stderr, /proc/self/fd/1.
bool is_descriptor(std::filesystem::path path)
{
  constexpr int most_links = 40; // as in Linux
  std::error_code error;
  for (int links = 0; links < most_links; ++links) {
    const auto written = path.lexically_normal().parent_path();
    const auto resolved = std::filesystem::canonical(written, error);
    const auto folder = error ? written : resolved; // without /proc there is only what is written
    if (folder.filename() == "fd" && (folder.string().starts_with("/proc/") || folder == "/dev/fd"))
      return true;
    const auto target = std::filesystem::read_symlink(path, error);
    if (error)
      return false;
    path = folder / target;
  }
  return false;
}

void check_path(const std::string& path, Mode mode)
{
  const auto wrong = [&path](const char* why) {
    return CLI::ValidationError("--file", "'" + path + why);
  };
  std::error_code error;
  if (mode != Mode::replay && path.front() != '/')
    throw wrong("' is not an absolute path, and smtpd's working folder is no place for a log");
  if (path.back() == '/' || std::filesystem::is_directory(path, error))
    throw wrong("' is a directory");
  if (is_descriptor(path))
    throw wrong("' is an open descriptor: smtpd reads what a filter prints; use a file, a FIFO or "
                "--syslog");
  if (std::filesystem::is_block_file(path, error))
    throw wrong("' is a block device");
}

void check_socket(const SyslogSettings& syslog)
{
  if (!syslog.socket.starts_with('/') || !SyslogSink::fits_socket_address(syslog.socket))
    throw CLI::ValidationError("--syslog-socket",
                               "'" + syslog.socket +
                                 "' is not an absolute path, or too long for a socket");
  std::error_code error;
  if (std::filesystem::is_directory(syslog.socket, error))
    throw CLI::ValidationError("--syslog-socket", "'" + syslog.socket + "' is a directory");
  if (!is_syslog_tag(syslog.tag))
    throw CLI::ValidationError("--tag",
                               "'" + syslog.tag + "' is not up to 32 letters, digits and -_./");
}

void check_no_output(const IsGiven& is_given, Mode mode)
{
  if (mode == Mode::filter)
    throw CLI::RequiredError("--file or --syslog");
  if (rotation_given(is_given))
    throw CLI::ValidationError(rotation_options, "there is no --file");
}

} // namespace

void check_options(const IsGiven& is_given, const Options& options)
{
  if (options.mode == Mode::schema)
    return;
  const LineSettings& line = options.pipeline.line;
  if (line.max_line < line.smallest_line())
    throw CLI::ValidationError("--max-line", "with these labels at least " +
                                               std::to_string(line.smallest_line()));
  // A line stands in one half of the queue, with its LF.
  if (options.queue_bytes / 2 <= line.max_line)
    throw CLI::ValidationError("--queue-bytes", "not room for two lines of --max-line");
  const auto* const file = std::get_if<FileSettings>(&options.output);
  const auto* const syslog = std::get_if<SyslogSettings>(&options.output);
  const bool replays = options.mode == Mode::replay;
  if ((file != nullptr || syslog != nullptr) && options.mode != Mode::filter && !replays)
    throw CLI::ValidationError(file != nullptr ? "--file" : "--syslog",
                               "not with a command that only reads");
  const Selection& selection = options.pipeline.selection;
  if (selection.whole.any() && selection.lines == LineChoice::all)
    throw CLI::ValidationError("--whole", "not with --lines all, which writes every line anyway");
  if (file == nullptr && any_given(is_given, {"--file-mode", "--file-group"}))
    throw CLI::ValidationError("--file-mode, --file-group", "there is no --file");
  if (replays && rotation_given(is_given))
    throw CLI::ValidationError(rotation_options, "replay does not rotate its output");
  if (file != nullptr) {
    check_path(file->path, options.mode);
    check_rotation(is_given, *file);
  } else if (syslog != nullptr) {
    check_socket(*syslog);
    if (rotation_given(is_given))
      throw CLI::ValidationError(rotation_options, "the syslog daemon's file is not rotated here");
  } else if (std::holds_alternative<std::monostate>(options.output)) {
    check_no_output(is_given, options.mode);
  }
}

} // namespace jsonlog
