// SPDX-License-Identifier: ISC
#include "program/output.hpp"

#include "output/file_sink.hpp"
#include "output/syslog_sink.hpp"

#include <utility>

namespace jsonlog {

std::shared_ptr<QueuedSink> make_output(const Options& options, MetaWriter meta_writer,
                                        Diagnostics& diagnostics)
{
  if (options.to_syslog)
    return std::make_shared<SyslogSink>(options.syslog, options.queue_bytes, diagnostics);
  return std::make_shared<FileSink>(
    options.file, options.mode == Mode::replay ? no_rotation : options.rotation,
    options.queue_bytes, std::move(meta_writer), diagnostics, options.ownership);
}

const std::string& output_name(const Options& options) noexcept
{
  return options.to_syslog ? options.syslog.socket : options.file;
}

} // namespace jsonlog
