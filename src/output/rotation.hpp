// SPDX-License-Identifier: ISC
//
// How a log file is rotated: when, what its old parts are called, and which of them go. Nothing
// here touches a disk or reads a clock; times are seconds since 1970, days and hours those of UTC.
//
//   events.json -> events-20261120T100000Z.json, then events-20261120T100000Z_0001.json
//   packed: events-20261120T100000Z.json.zst, or .gz
//
// One pattern, `events*.json`, matches them all but the packed ones, and in the order of their
// bytes the names stand in the order of rotation, the live file last. Files of other names are
// nobody's business here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jsonlog {

enum class RotateTime : std::uint8_t { never, hourly, daily };

// What becomes of old parts.
enum class Packing : std::uint8_t { none, zstd, gzip };

// `.zst`, `.gz`; empty for none.
std::string_view suffix_of(Packing packing) noexcept;

// In all of them 0 is: no limit.
struct RotationSettings
{
  std::uint64_t size = std::uint64_t{100} * 1024 * 1024; // of the live file
  RotateTime time = RotateTime::never;
  std::uint64_t keep = 10;      // old parts
  std::uint64_t keep_bytes = 0; // of all old parts together
  Packing packing = Packing::none;
  std::uint64_t pack_after = 2; // newest parts that are not packed: a shipper may still read them

  bool ever() const noexcept { return size != 0 || time != RotateTime::never; }
};

inline constexpr RotationSettings no_rotation{.size = 0};

// Whether `now` is in a later hour or day than `then`. A clock that was set back begins none.
bool is_later_period(RotateTime time, std::int64_t then, std::int64_t now) noexcept;

// The names of a log file's old parts, which stand in its own folder.
class RotatedNames
{
public:
  // `packing`: without any, packed files are somebody else's.
  explicit RotatedNames(std::string_view path, Packing packing = Packing::none);

  // The folder, without a slash at its end but in "/".
  const std::string& folder() const noexcept { return folder_; }
  // An old part; where parts are packed, packed or not.
  bool matches(std::string_view name) const noexcept;
  bool is_packed(std::string_view name) const noexcept;
  // What a packed part is called as long as it is not whole.
  static std::string unfinished(std::string_view packed_name);
  bool is_unfinished(std::string_view name) const noexcept;
  // The name of a part that ends `now`: behind `newest`, the last of those that are there (empty:
  // none), also when that was in the same second or the clock was set back.
  std::string next(std::int64_t now, std::string_view newest) const;

private:
  std::string folder_;
  bool is_plain(std::string_view name) const noexcept;

  std::string stem_;      // `events`
  std::string extension_; // `.json`
  Packing packing_;
};

struct RotatedFile
{
  std::string name;
  std::uint64_t bytes = 0;
};

// The names of those that are too many, or too many bytes, oldest first: the newest stay.
std::vector<std::string> surplus(std::vector<RotatedFile> files, const RotationSettings& settings);

} // namespace jsonlog
