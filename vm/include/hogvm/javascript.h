// The JavaScript operations that Hog's semantics are made of, on values.
//
// The reference VM is a JavaScript program whose operators are JavaScript's own; these are the same operations by the
// names of the ECMAScript specification.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm::javascript {

bool to_boolean(Value v);
/// Number(v).
double to_number(Value v);
/// String(v), appended to `out`. A node in itself gives nothing, as in Array.prototype.join.
void append_string(Value v, std::string& out);
std::string to_string(Value v);
/// String(v) as a value; a string is itself.
Value to_string(Value v, Heap& heap);
/// typeof v.
std::string_view type_of(Value v);

/// v1 === v2.
bool strictly_equal(Value a, Value b);
/// As Map keys and Array.prototype.includes compare: NaN is equal to itself, undefined to a hole.
bool same_value_zero(Value a, Value b);

enum class Order { Less, Equal, Greater, Unordered };
/// What the relational operators < and > find: numbers if either side is one, else strings by UTF-16 unit.
Order relational(Value a, Value b);
/// Strings by UTF-16 code unit.
int compare_text(std::string_view a, std::string_view b);

/// Number(text) and parseFloat(text); NaN where they give that.
double number_of(std::string_view text);
double parse_float(std::string_view text);
/// parseInt(text) in base 10, or 16 after 0x.
double parse_int(std::string_view text);
/// String(number), appended.
void append_number(double d, std::string& out);
void append_number(Value number, std::string& out);
/// String(number) into `buffer` (at least 32 bytes); returns its length.
std::size_t format_number(double d, char* buffer);

/// The text without JavaScript's white space and line terminators at its ends.
std::string_view trim(std::string_view text);

/// The array index that a property key of digits names ("0" to "4294967294"), if it is one.
std::optional<std::uint32_t> array_index_of_digits(std::string_view key);
/// The array index that a property key names, if it is one.
inline std::optional<std::uint32_t> array_index(std::string_view key) {
    if (key.empty() || key[0] < '0' || key[0] > '9') return std::nullopt;
    return array_index_of_digits(key);
}

}  // namespace hogvm::javascript
HOGVM_PUBLIC_END
