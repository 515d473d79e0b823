// SPDX-License-Identifier: ISC
//
// A packed file whose text is unpacked ahead by a thread of its own: reading it takes as long as
// unpacking or as what is done with the text, whichever is longer, and not as both.
#pragma once

#include "reading/packed_file.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>

#include <sys/types.h>

namespace jsonlog {

class ReadAhead
{
public:
  // The file is this object's alone while it lives. REQUIRES: reading it never waits for long, as
  // the end of this object waits for that. Throws std::system_error if there is no thread to be
  // had; may throw std::bad_alloc.
  explicit ReadAhead(PackedFile& file);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // As PackedFile::read().
  ssize_t read(char* text, std::size_t size);

private:
  struct Block
  {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
    ssize_t last = 1; // what the file's last read() gave: 0 and -1 are final
    int error = 0;    // errno of that
  };

  void run();
  void fill(Block& block);

  PackedFile& file_;
  Block in_hand_; // of the reader
  std::size_t given_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  Block next_;
  bool is_full_ = false; // next_
  bool ending_ = false;

  std::thread thread_; // the last: it uses all above
};

} // namespace jsonlog
