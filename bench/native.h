// The filters of programs/ as one would write them by hand in C++ over an event that Boost.JSON has parsed.
#pragma once

#include <string_view>

#include <boost/json.hpp>

namespace hogvm::bench {

using NativeFilter = bool (*)(const boost::json::value& event);

/// The one that does what programs/NAME.hog does; null if there is none.
NativeFilter native_filter(std::string_view name);

}  // namespace hogvm::bench
