// Actions: events that mean one thing, found by any of several steps.
#pragma once

#include <boost/json.hpp>

#include "expression.h"
#include "place.h"
#include "property.h"

namespace hogvm::rules {

/// Any of the action's "steps"; true if it has none.
Expression action_expression(const boost::json::object& action, const Place& place, const Scope& scope);

}  // namespace hogvm::rules
