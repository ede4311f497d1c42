// Operators: how a property's field is compared with its value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "expression.h"
#include "place.h"
#include "property.h"

namespace hogvm::rules {

/// One value of a property: its value, or an item of the list that it is.
struct PropertyValue {
    const Property& property;
    const Place& place;
    const boost::json::value& json;

    [[noreturn]] void fail(const std::string& message) const { property.fail_operator(place, message); }
};

struct Operator {
    /// What a list of several values means.
    enum class Lists : std::uint8_t {
        Tuple,    // one test against all of them, which is true if any is equal
        NoTuple,  // one test against all of them, which is true if none is equal
        Any,      // a test each, joined by OR
        All,      // a test each, joined by AND
        Pair      // the list is the value
    };

    std::string_view name;
    Expression (*test)(const Operator& op, const Expression& subject, const PropertyValue& value);
    Opcode opcode;  // of the comparison that it comes down to
    Lists lists;
    enum class Needs : std::uint8_t { Value, List, Nothing } needs = Needs::Value;

    bool takes_value() const { return needs != Needs::Nothing; }
    bool takes_list() const { return needs == Needs::List; }
    bool is_negative() const { return lists == Lists::NoTuple || lists == Lists::All; }
};

/// Null if there is none of that name.
const Operator* find_operator(std::string_view name);
/// The names, separated by commas.
std::string operator_names();

/// `subject in (items...)`, or `not in`. Each item must be a scalar.
Expression member_test(Opcode op, const Expression& subject, const boost::json::array& items, const Property& property,
                       const Place& place);
/// A pattern as a constant, once RE2 has taken it.
Expression pattern_constant(const PropertyValue& value);

}  // namespace hogvm::rules
