// Properties: one test of a filter, {"key", "value", "operator", "type"}, and groups of them.
#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include <hogvm/filter.h>

#include "expression.h"
#include "place.h"

namespace hogvm::rules {

class Cohorts;
struct Operator;

/// Where properties stand: what their meaning depends on beside themselves.
struct Scope {
    const FilterOptions& options;
    Cohorts& cohorts;
    bool dots_are_paths = false;  // in the keys of event properties
    bool is_cohort = false;       // inside a cohort's definition
};

/// A property whose members have the right types.
struct Property {
    const boost::json::object& json;
    const Place& place;
    const Scope& scope;
    std::string_view type;
    std::string_view key;
    const Operator& op;
    const boost::json::value* value;  // null if it has none

    /// Whether its values are known to be booleans.
    bool is_boolean() const;
    /// "group_<index>" of a property of a group.
    std::string group() const;

    /// Throw a FilterError whose message begins with the property, and goes on with its operator.
    [[noreturn]] void fail(const Place& at, const std::string& message) const;
    [[noreturn]] void fail_operator(const Place& at, const std::string& message) const;
};

/// A property or a group.
Expression property_expression(const boost::json::value& json, const Place& place, const Scope& scope);
/// A list of them, all of which must hold; the constant 1 for none.
Expression properties_expression(const boost::json::array& list, const Place& place, const Scope& scope);

}  // namespace hogvm::rules
