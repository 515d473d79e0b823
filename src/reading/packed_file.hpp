// SPDX-License-Identifier: ISC
//
// The bytes of a file as they were before gzip (RFC 1952) or zstd (RFC 8878) packed it, or as they
// are. Which it is the first bytes tell, not the name. Members and frames behind each other are one
// text, as gzip -c and zstd -c write it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <sys/types.h>

namespace jsonlog {

// Turns packed bytes into text, a piece at a time. Its memory is bounded: a zstd frame that needs a
// window of more than 32 MiB is refused as damaged.
class Unpacker
{
public:
  struct Step
  {
    std::size_t taken = 0; // of the packed bytes
    std::size_t given = 0; // of text
    bool damaged = false;
    bool between = false; // at the end of a member or frame
  };
  virtual ~Unpacker() = default;
  virtual Step unpack(const char* packed, std::size_t packed_size, char* text,
                      std::size_t text_size) = 0;
};

class PackedFile
{
public:
  // The descriptor stays the caller's.
  explicit PackedFile(int descriptor) noexcept
    : descriptor_(descriptor)
  {}

  // Up to so many bytes of text; 0: the end. -1: errno says why the file cannot be read; EBADMSG:
  // it is damaged, or ends too early. May throw std::bad_alloc.
  ssize_t read(char* text, std::size_t size);
  // Known after the first read().
  bool is_packed() const noexcept { return unpacker_ != nullptr; }

private:
  static constexpr std::size_t magic_size = 4;

  ssize_t fill();
  ssize_t read_plain(char* text, std::size_t size);
  ssize_t read_packed(char* text, std::size_t size);
  bool recognize();

  int descriptor_;
  bool recognized_ = false;
  std::unique_ptr<Unpacker> unpacker_; // null: plain
  bool between_ = true;
  std::array<char, std::size_t{64} * 1024> packed_; // what was read and not yet given
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

} // namespace jsonlog
