// SPDX-License-Identifier: ISC
#include "output/file_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace jsonlog {

namespace {

constexpr auto between_tries = std::chrono::seconds(5); // to rotate

std::int64_t now_s()
{
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

} // namespace

FileSink::FileSink(std::string path, const RotationSettings& rotation, std::size_t queue_bytes,
                   MetaWriter meta_writer, Diagnostics& diagnostics, const Ownership& ownership)
  : QueuedSink(path, queue_bytes, diagnostics)
  , path_(std::move(path))
  , rotation_(rotation)
  , ownership_(ownership)
  , meta_writer_(std::move(meta_writer))
  , rotated_(path_, rotation)
  , packer_(rotation.packing == Packing::none
              ? nullptr
              : std::make_unique<Packer>(path_, rotation, diagnostics))
{}

FileSink::~FileSink()
{
  leave();
}

bool FileSink::open() noexcept
{
  try {
    return file_.is_open() ? follow_path() : open_file();
  } catch (...) {
    errno = ENOMEM;
    return false;
  }
}

void FileSink::reopen() noexcept
{
  if (file_.is_open() && !file_.is_regular() && !file_.is_at(path_))
    leave();
  open();
}

std::size_t FileSink::write(std::string_view lines) noexcept
{
  std::size_t done = 0;
  try {
    while (done < lines.size() && file_.is_open() && write_meta()) {
      const std::string_view rest = lines.substr(done);
      if (is_due(rest)) {
        remember(lines.substr(0, done));
        if (rotate({}))
          continue;
      }
      const std::string_view fitting = what_fits(rest);
      const std::size_t out = write_piece(fitting);
      has_lines_ = has_lines_ || out != 0;
      done += out;
      if (out < fitting.size())
        break;
    }
    const int reason = errno;
    remember(lines.substr(0, done));
    errno = reason;
  } catch (...) {
    errno = ENOMEM;
  }
  return done;
}

void FileSink::look_after() noexcept
{
  try {
    if (file_.is_open() && is_due({}))
      rotate({});
  } catch (...) { // the next time
  }
}

// What could be opened once and is forbidden now stands where the start did not see it.
const char* FileSink::advice(int reason) const noexcept
{
  if (reason != EACCES || process_start_)
    return QueuedSink::advice(reason);
  return "; will try again. If another folder took its place, the confinement keeps it out of "
         "reach until smtpd is restarted: see --no-confinement";
}

bool FileSink::open_file()
{
  LogFile file;
  if (!file.open(path_, ownership_))
    return false;
  use(std::move(file), {});
  const int reason = errno;
  if (file_.is_regular() && rotation_.ever())
    delete_surplus();
  errno = reason;
  return file_.is_open();
}

// To the file that stands at the path now, if it is another one.
bool FileSink::follow_path()
{
  if (!file_.is_regular())
    return true;
  const std::uint64_t size = file_.size();
  if (file_.is_at(path_)) {
    tell(false, astray_, "", "");
    if (file_.size() < size) { // somebody cut it, and took along what was written of a line
      has_lines_ = file_.size() != 0;
      begun_at_ = now_s();
      begin_with_meta({});
    }
    return true;
  }
  LogFile file;
  if (file.open(path_, ownership_)) {
    leave();
    use(std::move(file), {});
    return true;
  }
  const int reason = errno;
  if (!file_.has_name()) {
    leave();
    errno = reason;
    return false;
  }
  tell(true, astray_,
       std::string(std::strerror(reason)) + "; going on in the file that was moved away", "");
  return true;
}

// What is known of the lines before goes into the meta record.
void FileSink::use(LogFile file, MetaFacts facts)
{
  file_ = std::move(file);
  written_ = 0;
  begun_at_ = now_s();
  if (file_.is_regular() && file_.size() != 0) {
    begun_at_ = file_.modified();
    const LogFile::Repair repair = file_.repair(path_);
    if (repair.cut_bytes != 0) {
      facts.repaired_bytes = repair.cut_bytes;
      diagnostics().say(name() + ": a torn last line was cut off, " +
                        std::to_string(repair.cut_bytes) + " bytes");
    }
    if (const auto last = parse_logger_facts(repair.last_line); last && process_start_) {
      facts.previous_file = path_;
      facts.previous_sequence = last->sequence;
    }
  }
  has_lines_ = file_.is_regular() && file_.size() != 0;
  tell(false, astray_, "", "opened anew");
  if (!is_due({}) || !rotate(facts))
    begin_with_meta(std::move(facts));
}

void FileSink::begin_with_meta(MetaFacts facts)
{
  meta_.clear();
  written_ = 0;
  if (!meta_writer_)
    return;
  facts.process_start = std::exchange(process_start_, false);
  if (logger_)
    facts.previous_sequence = logger_->sequence;
  facts.logger = logger_;
  meta_ = meta_writer_(facts);
  write_meta();
}

// False: it is not all out, errno says why.
bool FileSink::write_meta()
{
  if (meta_.empty())
    return true;
  if (write_piece(meta_) < meta_.size())
    return false;
  meta_.clear();
  return true;
}

// Bytes of whole lines that are out.
std::size_t FileSink::write_piece(std::string_view piece)
{
  const std::size_t begun = std::exchange(written_, 0);
  const std::size_t out = begun + file_.write(piece.substr(begun));
  if (out == piece.size())
    return out;
  const std::size_t whole = piece.substr(0, out).rfind('\n') + 1; // 0 if there is none
  written_ = out - whole;
  if (errno == EPIPE) { // for the next reader it begins anew
    leave();
    errno = EPIPE;
  }
  return whole;
}

// As many lines as the file may have, and one at least.
std::string_view FileSink::what_fits(std::string_view lines) const
{
  const std::uint64_t limit = rotation_.size;
  if (limit == 0 || !file_.is_regular() || astray_ || stuck_)
    return lines;
  const std::uint64_t room = limit - std::min(limit, file_.size()) + written_;
  if (room >= lines.size())
    return lines;
  const std::size_t end = lines.substr(0, static_cast<std::size_t>(room)).rfind('\n');
  return lines.substr(0, (end == std::string_view::npos ? lines.find('\n') : end) + 1);
}

// Whether to rotate before the first of these lines.
bool FileSink::is_due(std::string_view lines) const
{
  if (!rotation_.ever() || !file_.is_regular() || !has_lines_ || written_ != 0)
    return false;
  const std::uint64_t next_line = lines.find('\n') + 1; // npos + 1 is 0
  const bool full = rotation_.size != 0 && file_.size() + next_line > rotation_.size;
  if (!full && rotation_.time == RotateTime::never)
    return false;
  return (full || is_later_period(rotation_.time, begun_at_, now_s())) &&
         std::chrono::steady_clock::now() >= next_try_;
}

// True: the lines go on in another file.
bool FileSink::rotate(MetaFacts facts)
{
  if (!file_.is_at(path_)) { // what stands there is not ours to rename
    follow_path();
    return !astray_;
  }
  const std::string old = rotated_.add(now_s());
  if (old.empty()) {
    const int reason = errno;
    next_try_ = std::chrono::steady_clock::now() + between_tries;
    tell(true, stuck_, std::string("cannot be rotated: ") + std::strerror(reason), "");
    return false;
  }
  tell(false, stuck_, "", "rotated again");
  LogFile file;
  if (!file.open(path_, ownership_)) {
    follow_path();
    return false;
  }
  facts.previous_file = old;
  use(std::move(file), std::move(facts));
  delete_surplus();
  return true;
}

void FileSink::delete_surplus()
{
  const bool deleted = rotated_.delete_surplus();
  tell(!deleted, overfull_, std::string("an old file cannot be deleted: ") + std::strerror(errno),
       "old files are deleted again");
  if (packer_ != nullptr)
    packer_->wake();
}

// The process that wrote the last of these lines, for the next meta record.
void FileSink::remember(std::string_view lines)
{
  if (!meta_writer_ || lines.empty())
    return;
  lines.remove_suffix(1);
  if (auto facts = parse_logger_facts(lines.substr(lines.rfind('\n') + 1)))
    logger_ = std::move(facts);
}

void FileSink::leave()
{
  if (file_.is_regular() && written_ != 0)
    file_.cut(written_);
  written_ = 0;
  file_.close();
}

// Notes whether there is that trouble, and says so when it begins and when it ends.
void FileSink::tell(bool trouble, bool& noted, const std::string& begin, const char* end)
{
  if (std::exchange(noted, trouble) == trouble)
    return;
  const std::string text = trouble ? begin : end;
  if (!text.empty())
    diagnostics().say(name() + ": " + text);
}

} // namespace jsonlog
