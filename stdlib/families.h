// The families of the standard library. Each file of functions exports the rows of the table that are its own;
// standard_library.cpp puts them together.
#pragma once

#include <span>

#include <hogvm/library.h>

namespace hogvm::stdlib {

std::span<const Function> logic_functions();     // logic.cpp: and, or, if, coalesce, equals, typeof, ...
std::span<const Function> number_functions();    // numbers.cpp: plus, floor, round, range, toInt, randomFloat, ...
std::span<const Function> string_functions();    // strings.cpp
std::span<const Function> pattern_functions();   // patterns.cpp: like, match, extractRegex, ...
std::span<const Function> encoding_functions();  // encodings.cpp: base64, URL components, UUIDs
std::span<const Function> digest_functions();    // digests.cpp: md5, sha1, sha256 and their HMAC chains
std::span<const Function> network_functions();   // network.cpp: isIPAddressInRange
std::span<const Function> json_functions();      // json_functions.cpp: jsonParse, JSONExtract..., keys, values
std::span<const Function> array_functions();     // arrays.cpp
std::span<const Function> date_functions();      // dates.cpp
std::span<const Function> error_functions();     // errors.cpp: Error, HogError, ...
std::span<const Function> output_functions();    // print.cpp: print
std::span<const Function> hog_functions();       // hog_functions.cpp: those written in Hog, and sleep

}  // namespace hogvm::stdlib
