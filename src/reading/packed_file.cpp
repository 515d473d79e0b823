// SPDX-License-Identifier: ISC
#include "reading/packed_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>

#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

namespace jsonlog {

namespace {

class Gunzip : public Unpacker
{
public:
  Gunzip()
  {
    constexpr int gzip_only = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK)
      throw std::bad_alloc();
  }
  ~Gunzip() override { inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  Step unpack(const char* packed, std::size_t packed_size, char* text,
              std::size_t text_size) override
  {
    // zlib's API is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed));
    stream_.avail_in = static_cast<uInt>(packed_size);
    stream_.next_out = reinterpret_cast<Bytef*>(text);
    stream_.avail_out = static_cast<uInt>(text_size);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    Step step{packed_size - stream_.avail_in, text_size - stream_.avail_out, false, false};
    if (result == Z_STREAM_END) {
      step.between = true;
      inflateReset(&stream_);
    } else {
      step.damaged = result != Z_OK && result != Z_BUF_ERROR;
    }
    return step;
  }

private:
  z_stream stream_{};
};

class Unzstd : public Unpacker
{
public:
  Unzstd()
    : stream_(ZSTD_createDStream(), &ZSTD_freeDStream)
  {
    constexpr int largest_window_log = 25;
    if (stream_ == nullptr)
      throw std::bad_alloc();
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, largest_window_log);
  }

  Step unpack(const char* packed, std::size_t packed_size, char* text,
              std::size_t text_size) override
  {
    ZSTD_inBuffer in{packed, packed_size, 0};
    ZSTD_outBuffer out{text, text_size, 0};
    const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &in);
    return {in.pos, out.pos, ZSTD_isError(result) != 0, result == 0};
  }

private:
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
};

} // namespace

ssize_t PackedFile::read(char* text, std::size_t size)
{
  if (!recognized_ && !recognize())
    return -1;
  return unpacker_ == nullptr ? read_plain(text, size) : read_packed(text, size);
}

bool PackedFile::recognize()
{
  using namespace std::string_view_literals;
  while (end_ < magic_size) {
    const ssize_t count = fill();
    if (count < 0)
      return false;
    if (count == 0)
      break;
  }
  recognized_ = true;
  const std::string_view magic(packed_.data(), end_);
  if (magic.starts_with("\x1f\x8b"sv))
    unpacker_ = std::make_unique<Gunzip>();
  else if (magic.starts_with("\x28\xb5\x2f\xfd"sv))
    unpacker_ = std::make_unique<Unzstd>();
  return true;
}

// As read(2), behind what is there already.
ssize_t PackedFile::fill()
{
  ssize_t count = 0;
  do
    count = ::read(descriptor_, packed_.data() + end_, packed_.size() - end_);
  while (count < 0 && errno == EINTR);
  end_ += static_cast<std::size_t>(std::max<ssize_t>(0, count));
  return count;
}

ssize_t PackedFile::read_plain(char* text, std::size_t size)
{
  if (begin_ < end_) {
    const std::size_t count = std::min(size, end_ - begin_);
    std::memcpy(text, packed_.data() + begin_, count);
    begin_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t count = 0;
  do
    count = ::read(descriptor_, text, size);
  while (count < 0 && errno == EINTR);
  return count;
}

ssize_t PackedFile::read_packed(char* text, std::size_t size)
{
  for (;;) {
    if (begin_ == end_) {
      begin_ = end_ = 0;
      if (const ssize_t count = fill(); count < 0)
        return count;
    }
    const bool at_end = begin_ == end_;
    if (at_end && between_)
      return 0;
    const Unpacker::Step step =
      unpacker_->unpack(packed_.data() + begin_, end_ - begin_, text, size);
    begin_ += step.taken;
    between_ = step.between;
    if (step.given > 0)
      return static_cast<ssize_t>(step.given);
    if (step.damaged || (at_end && !between_)) {
      errno = EBADMSG;
      return -1;
    }
  }
}

} // namespace jsonlog
