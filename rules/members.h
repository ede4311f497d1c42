// Members of JSON objects that must have a type where they are there; null is as good as absent.
#pragma once

#include <string_view>

#include <boost/json.hpp>

#include "place.h"

namespace hogvm::rules {

/// Null if there is none.
const boost::json::value* member(const boost::json::object& object, std::string_view name);
/// The array `name`, an empty one if there is none.
const boost::json::array& array_member(const boost::json::object& object, std::string_view name, const Place& place);
/// The text `name`; `data()` is null if there is none.
std::string_view text_member(const boost::json::object& object, std::string_view name, const Place& place);
/// false if there is none.
bool boolean_member(const boost::json::object& object, std::string_view name, const Place& place);

/// JSON for an error's message, cut short.
std::string excerpt(const boost::json::value& json);

}  // namespace hogvm::rules
