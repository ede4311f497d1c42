// JSON to values and back.
//
// Reading is as JavaScript's JSON.parse: RFC 8259, escaped lone surrogates kept, a repeated key keeps its first place
// and its last value, keys that are array indices come first. Numbers are correctly rounded; integers within 64 bits
// keep their digits. Text that is no UTF-8 is refused. Writing is as JSON.stringify.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::json {

/// Thrown by parse: what is wrong, and at which byte.
struct ParseError {
    std::string message;  // such as "expected a value at offset 12"
    std::size_t offset;
};

/// Parses one document. Objects become Type::Object, arrays Type::Array. Strings without escapes are views of `text`,
/// which must outlive them. Throws ParseError, or Failure{Memory} by the heap.
Value parse(std::string_view text, Heap& heap);

/// Whether `text` is one JSON document.
bool is_valid(std::string_view text);

/// A deep copy of a Boost.JSON value, as parse would give it.
Value from_boost(const boost::json::value& json, Heap& heap);
/// What write's text would parse to.
boost::json::value to_boost(Value v);

/// The value as JSON.stringify gives it after converting dicts to objects: tuples are arrays, NaN and the infinities
/// null, undefined members are left out; a node inside itself is null. `indent` spaces a level, 0 for compact text;
/// at most 10. Returns false, with nothing appended, where JSON.stringify gives undefined.
bool write(Value v, std::string& out, int indent = 0);
std::string to_text(Value v, int indent = 0);  ///< "null" where write returns false

}  // namespace hogvm::json
