// Property filters, and what lib/rules.js hands over as JSON.
#pragma once

#include <napi.h>
#include <boost/json/value.hpp>

#include "environment.h"

namespace hogvm::node {

/// Parses JSON text (a string or UTF-8 bytes). `what` names it in the FilterError of what is no JSON.
boost::json::value read_json(Environment& environment, napi_value text, const char* what);

// Functions of the addon.
Napi::Value compile_filter(const Napi::CallbackInfo& info);  ///< (filter as JSON, options as JSON) → tokens as JSON

}  // namespace hogvm::node
