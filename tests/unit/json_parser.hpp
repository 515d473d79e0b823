// SPDX-License-Identifier: ISC
//
// RapidJSON's parser, behind the library's assertion.
#pragma once

#include "text/rapidjson.hpp"

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
