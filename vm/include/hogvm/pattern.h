// Patterns: RE2 behind a cache of compiled ones, and LIKE.
//
// A program's patterns are mostly constants, but they come from its data, too, and compiling one costs microseconds.
// The cache is shared by all threads of the process, bounded by number, and evicts what was not used for longest.
//
// LIKE is a search, not anchored: '%' is any run of characters, '_' any one, neither matches a newline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <hogvm/value.h>

namespace re2 {
class RE2;
}

namespace hogvm::pattern {

/// Whether `pattern` is found in `text`. Raises Failure{Argument} if RE2 refuses the pattern.
bool search(Value text, Value pattern, bool ignore_case = false);
/// The first capture group where it took part in the match, else the whole match; nothing where it is not found.
bool extract(std::string_view text, std::string_view pattern, std::string& out);
bool like(Value text, Value pattern, bool ignore_case);

/// The cache of compiled patterns.
struct CacheStatistics {
    std::uint64_t hits;
    std::uint64_t misses;
    std::size_t size;      // patterns now
    std::size_t capacity;  // patterns at most
};
CacheStatistics cache_statistics();
/// 1,000 by default. 0 turns the cache off.
void set_cache_capacity(std::size_t patterns);

}  // namespace hogvm::pattern
