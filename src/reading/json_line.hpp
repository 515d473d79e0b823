// SPDX-License-Identifier: ISC
//
// A line of a log as a document, with its members by JSON Pointer (RFC 6901): `/opensmtpd/tx/id`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

class JsonLine
{
public:
  JsonLine();
  ~JsonLine();
  JsonLine(const JsonLine&) = delete;
  JsonLine& operator=(const JsonLine&) = delete;

  // Reads a line, LF not included, with a header or without_header(). False: it is no JSON object.
  // Views of the document before it die.
  bool parse(std::string_view line);

  // The document itself, without what stood before it. Dies with the line.
  std::string_view document() const noexcept { return document_; }

  // What is missing, or of another type, is empty, false or 0.
  std::string_view text(std::string_view pointer) const;
  std::int64_t number(std::string_view pointer) const { return find_number(pointer).value_or(0); }
  std::optional<std::int64_t> find_number(std::string_view pointer) const;
  bool truth(std::string_view pointer) const;
  std::vector<std::string_view> list(std::string_view pointer) const;

  std::string_view action() const { return text("/event/action"); }
  // What kind of record it is; empty: no line of this program.
  std::string_view record() const noexcept { return record_; }
  bool is_event() const noexcept { return record_ == "event"; }

private:
  struct Parser;

  std::unique_ptr<Parser> parser_;
  std::string_view document_, record_;
};

} // namespace jsonlog
