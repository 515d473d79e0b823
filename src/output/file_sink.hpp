// SPDX-License-Identifier: ISC
//
// Lines into a file, the first of them a meta record.
//
// A regular file is rotated, and it is given up for a new one as soon as it no longer stands at
// its path: before the next write, or within a second when there is none. What cannot be renamed,
// or opened anew, goes on where it is, and another try follows. A line stands whole in one file:
// the rest of one that was written in part comes next, or its beginning is cut off.
//
// A device or a pipe is written to, and nothing else.
#pragma once

#include "line/meta_facts.hpp"
#include "output/log_file.hpp"
#include "output/packer.hpp"
#include "output/queued_sink.hpp"
#include "output/rotated_files.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace jsonlog {

class FileSink : public QueuedSink
{
public:
  // Without a MetaWriter there are no meta records.
  FileSink(std::string path, const RotationSettings& rotation, std::size_t queue_bytes,
           MetaWriter meta_writer, Diagnostics& diagnostics, const Ownership& ownership = {});
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

protected:
  bool open() noexcept override;
  void reopen() noexcept override;
  std::size_t write(std::string_view lines) noexcept override;
  void look_after() noexcept override;
  const char* advice(int reason) const noexcept override;

private:
  bool open_file();
  bool follow_path();
  void use(LogFile file, MetaFacts facts);
  void begin_with_meta(MetaFacts facts);
  bool write_meta();
  std::size_t write_piece(std::string_view piece);
  std::string_view what_fits(std::string_view lines) const;
  bool is_due(std::string_view lines) const;
  bool rotate(MetaFacts facts);
  void delete_surplus();
  void remember(std::string_view lines);
  void leave();
  void tell(bool trouble, bool& noted, const std::string& begin, const char* end);

  const std::string path_;
  const RotationSettings rotation_;
  const Ownership ownership_;
  const MetaWriter meta_writer_;
  RotatedFiles rotated_;
  std::unique_ptr<Packer> packer_; // null: old parts stay as they are
  LogFile file_;
  bool has_lines_ = false;    // in file_, besides its meta record
  std::int64_t begun_at_ = 0; // when file_ was begun, in seconds since 1970
  std::string meta_;          // to come first
  std::size_t written_ = 0;   // bytes of meta_, or else of the next line, that file_ has
  bool process_start_ = true; // no meta record has been made yet
  std::optional<MetaFacts::Logger> logger_;          // of the last line written
  std::chrono::steady_clock::time_point next_try_{}; // to rotate
  bool astray_ = false;   // file_ does not stand at its path, and nothing can be opened there
  bool stuck_ = false;    // file_ cannot be renamed
  bool overfull_ = false; // old files cannot be deleted
};

} // namespace jsonlog
