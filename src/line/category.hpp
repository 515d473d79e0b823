// SPDX-License-Identifier: ISC
//
// ECS event.category and event.type of each event. Only what the Elastic Common Schema allows:
// `denied` is known to its network category, not to email.
#pragma once

#include "jsonlog/report.hpp"
#include "jsonlog/session.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace jsonlog {

enum class Category : std::uint8_t { start, end, protocol, authentication, email, denied, other };

// Of a report that was just applied to the session; null: a synthetic end.
Category category_of(const Report* report, const Session& session);

std::span<const std::string_view> ecs_category(Category category) noexcept;
std::span<const std::string_view> ecs_type(Category category) noexcept;

} // namespace jsonlog
