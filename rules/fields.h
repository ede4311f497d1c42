// Fields: where a property is found in an event, by its type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "expression.h"
#include "property.h"

namespace hogvm::rules {

/// What a property's tests are on.
struct Field {
    Expression value;         // each test is of this...
    Expression array;         // ...or, unless null, of any element of this, `value` being the argument of a lambda
    bool is_element = false;  // of an element: a list of values is never a tuple

    /// The test as it stands in the filter.
    Expression any(Expression test) const;
};

struct PropertyType {
    std::string_view name;
    Field (*field)(const Property& property);            // one of these
    Expression (*expression)(const Property& property);  // two is null
};

/// Null if there is none of that name.
const PropertyType* find_type(std::string_view name);
/// The names, separated by commas.
std::string type_names();

}  // namespace hogvm::rules
