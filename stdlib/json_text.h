// jsonParse and jsonStringify; json_functions.cpp has their rows.
#pragma once

#include <hogvm/host.h>
#include <hogvm/value.h>

namespace hogvm::stdlib {

/// JSON.parse of a string. Raises json::ParseError.
Value parse_json(Value text, Heap& heap);
/// Whether parse_json succeeds.
bool is_json(Value text);

Value json_parse(Call& call);
Value json_stringify(Call& call);

}  // namespace hogvm::stdlib
