// SPDX-License-Identifier: ISC
//
// A recorded report stream among logs, perhaps with the headers of syslog: replayed, it is the log
// that the filter would have written.
#pragma once

#include "jsonlog/line_reader.hpp"
#include "jsonlog/line_sink.hpp"
#include "jsonlog/pipeline.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace jsonlog {

// Whether a file that begins with this line is a recording.
bool is_of_recording(std::string_view line) noexcept;

// The time of the first report, written as FileAge has it; empty: it is no recording.
std::string time_of_recording(const std::string& path);

class Recording
{
public:
  // Gets each line of the log, without its LF; the view holds until it returns.
  using Take = std::function<void(std::string_view line)>;

  explicit Recording(Take take);

  void feed(const Line& line);
  // REQUIRES: nothing is fed after that.
  void finish() { pipeline_.finish(); }

private:
  class Lines : public LineSink
  {
  public:
    explicit Lines(Take take);
    bool write(std::string_view line, Worth worth) override;

  private:
    Take take_;
  };

  Lines lines_;
  Pipeline pipeline_;
  std::optional<bool> has_headers_; // before its lines, as the first one shows
};

} // namespace jsonlog
