// SPDX-License-Identifier: ISC
//
// Kinds of record, opensmtpd.record.
#pragma once

#include "text/words.hpp"

#include <cstdint>

namespace jsonlog {

enum class RecordKind : std::uint8_t { event, anomaly, meta, stats };

inline constexpr Words<RecordKind> record_kinds({{"event", RecordKind::event},
                                                 {"anomaly", RecordKind::anomaly},
                                                 {"meta", RecordKind::meta},
                                                 {"stats", RecordKind::stats}});

} // namespace jsonlog
