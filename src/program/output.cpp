// SPDX-License-Identifier: ISC
#include "program/output.hpp"

#include "output/file_sink.hpp"
#include "output/syslog_sink.hpp"

#include <utility>
#include <variant>

namespace jsonlog {

std::shared_ptr<QueuedSink> make_output(const Options& options, MetaWriter meta_writer,
                                        Diagnostics& diagnostics)
{
  if (const auto* const syslog = std::get_if<SyslogSettings>(&options.output))
    return std::make_shared<SyslogSink>(*syslog, options.queue_bytes, diagnostics);
  const auto& file = std::get<FileSettings>(options.output);
  return std::make_shared<FileSink>(
    file.path, options.mode == Mode::replay ? no_rotation : file.rotation, options.queue_bytes,
    std::move(meta_writer), diagnostics, file.ownership);
}

Confinement confinement_of(const Options& options)
{
  if (const auto* const syslog = std::get_if<SyslogSettings>(&options.output))
    return {"", syslog->socket};
  return {std::get<FileSettings>(options.output).path, ""};
}

} // namespace jsonlog
