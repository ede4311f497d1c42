// JSON to values and back.
//
// Reading is as JavaScript's JSON.parse: RFC 8259, escaped lone surrogates kept, a repeated key keeps its first place
// and its last value, keys that are array indices come first. Numbers are correctly rounded; integers within 64 bits
// keep their digits. Text that is no UTF-8 is refused. Writing is as JSON.stringify.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include <hogvm/heap.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm::json {

/// Thrown by parse: what is wrong, and at which byte.
struct ParseError {
    std::string message;  // such as "expected a value at offset 12"
    std::size_t offset;
};

/// Parses one document. Objects become Type::Object, arrays Type::Array. Strings without escapes are views of `text`,
/// which must outlive them. Throws ParseError, or Failure{Memory} by the heap.
Value parse(std::string_view text, Heap& heap);
/// Likewise, of a copy of the text in the heap, which is so all that must live as long as the value.
Value parse_copy(std::string_view text, Heap& heap);

/// Which part of a document to build: all of a value, or, where it is an object, only some of its members.
struct Projection {
    std::string_view key;  // in the object around it
    bool is_whole = false;
    std::vector<Projection> members = {};

    /// Adds what lies at a path. The keys are referred to.
    void add(std::span<const Value> path);
    /// Whether what lies at a path is built.
    bool covers(std::span<const Value> path) const;
    const Projection* find(std::string_view name) const;
};

/// Parses one document and builds only a part of it; the rest is checked, and passed over.
Value parse(std::string_view text, Heap& heap, const Projection& part);

/// Whether `text` is one JSON document.
bool is_valid(std::string_view text);

/// What becomes of texts: copied to the heap, or referred to where they are.
enum class Texts : std::uint8_t { Copied, Viewed };

/// A Boost.JSON value as parse would give it, its texts copied or viewed.
Value from_boost(const boost::json::value& json, Heap& heap, Texts texts = Texts::Copied);
/// What write's text would parse to.
boost::json::value to_boost(Value v);

/// The value as JSON.stringify gives it after converting dicts to objects: tuples are arrays, NaN and the infinities
/// null, undefined members are left out; a node inside itself is null. `indent` spaces a level, at most 10, 0 for
/// compact text, -1 for lines without spaces. Returns false, with nothing appended, where JSON.stringify gives
/// undefined.
bool write(Value v, std::string& out, int indent = 0);
std::string to_text(Value v, int indent = 0);  ///< "null" where write returns false

}  // namespace hogvm::json
HOGVM_PUBLIC_END
