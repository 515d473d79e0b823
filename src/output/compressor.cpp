// SPDX-License-Identifier: ISC
#include "output/compressor.hpp"

#include <zlib.h>
#include <zstd.h>

namespace jsonlog {

namespace {

class Gzip : public Compressor
{
public:
  Gzip()
  {
    constexpr int level = 6;
    constexpr int gzip_header = 16;
    constexpr int memory_level = 8;
    good_ = deflateInit2(&stream_, level, Z_DEFLATED, MAX_WBITS + gzip_header, memory_level,
                         Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Gzip() override
  {
    if (good_)
      deflateEnd(&stream_);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  bool good() const noexcept { return good_; }

  Step pack(std::string_view text, bool last, char* packed, std::size_t packed_size) override
  {
    // zlib's API is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(packed);
    stream_.avail_out = static_cast<uInt>(packed_size);
    const int result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
    return {text.size() - stream_.avail_in, packed_size - stream_.avail_out, result == Z_STREAM_END,
            result == Z_STREAM_ERROR};
  }

private:
  z_stream stream_{};
  bool good_ = false;
};

class Zstd : public Compressor
{
public:
  Zstd()
    : stream_(ZSTD_createCCtx(), &ZSTD_freeCCtx)
  {
    constexpr int level = 3;
    if (stream_ == nullptr)
      return;
    ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
  }

  bool good() const noexcept { return stream_ != nullptr; }

  Step pack(std::string_view text, bool last, char* packed, std::size_t packed_size) override
  {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    ZSTD_outBuffer out{packed, packed_size, 0};
    const std::size_t left =
      ZSTD_compressStream2(stream_.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    const bool failed = ZSTD_isError(left) != 0;
    return {in.pos, out.pos, last && !failed && left == 0, failed};
  }

private:
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> stream_;
};

template <typename One>
std::unique_ptr<Compressor> make()
{
  auto compressor = std::make_unique<One>();
  if (!compressor->good())
    return nullptr;
  return compressor;
}

} // namespace

std::unique_ptr<Compressor> make_compressor(Packing packing)
{
  return packing == Packing::gzip ? make<Gzip>() : make<Zstd>();
}

} // namespace jsonlog
