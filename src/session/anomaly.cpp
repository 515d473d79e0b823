// SPDX-License-Identifier: ISC
#include "jsonlog/anomaly.hpp"

#include "text/words.hpp"

namespace jsonlog {

namespace {

constexpr Words<Anomaly> tokens({{"joined-midstream", Anomaly::joined_midstream},
                                 {"after-close", Anomaly::after_close},
                                 {"reconnect", Anomaly::reconnect},
                                 {"command-before-greeting", Anomaly::command_before_greeting},
                                 {"nested-mail", Anomaly::nested_mail},
                                 {"unknown-command", Anomaly::unknown_command},
                                 {"pipelining-refused", Anomaly::pipelining_refused},
                                 {"bogus-result", Anomaly::bogus_result},
                                 {"tx-without-begin", Anomaly::tx_without_begin},
                                 {"null-message-id", Anomaly::null_message_id},
                                 {"secret-masked", Anomaly::secret_masked},
                                 {"oversized-line", Anomaly::oversized_line},
                                 {"bad-bytes", Anomaly::bad_bytes},
                                 {"unknown-event", Anomaly::unknown_event},
                                 {"unknown-token", Anomaly::unknown_token},
                                 {"missing-fields", Anomaly::missing_fields},
                                 {"extra-fields", Anomaly::extra_fields},
                                 {"clock-backwards", Anomaly::clock_backwards}});

} // namespace

std::string_view to_string(Anomaly anomaly) noexcept
{
  return tokens[anomaly];
}

} // namespace jsonlog
