// Patterns: RE2 behind a cache of compiled ones, and LIKE.
//
// A program's patterns are mostly constants, but they come from its data, too, and compiling one costs microseconds.
// The cache is shared by all threads of the process, bounded by number, and evicts what was not used for longest.
//
// A search can't be interrupted. Where one could take longer than its run may be left alone (that is, past the run's
// time; more than 40 ms if the run has a stop flag), it is not begun, and raises Failure{Timeout}. So does one outside
// of a run that could take more than 40 ms. What it could take is 12 ns (16 for extract) for each byte of the text and
// instruction of the pattern's program, which is about the number of characters that the pattern has with its repeats
// written out: 40 ms are enough for a pattern of 50 in a text of 66 KB. Most searches are a thousand times faster.
//
// LIKE is a search, not anchored: '%' is any run of characters, '_' any one, neither matches a newline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {
class Regex;
}

namespace hogvm::pattern {

/// Whether `pattern` is found in `text`. Raises Failure{Argument} if RE2 refuses the pattern.
bool search(Value text, Value pattern, bool ignore_case = false);
/// The first capture group where it took part in the match, else the whole match; nothing where it is not found.
bool extract(std::string_view text, std::string_view pattern, std::string& out);
bool like(Value text, Value pattern, bool ignore_case);

/// How a pattern is written and compared.
enum class Form : std::uint8_t { Regex, RegexIgnoringCase, Like, LikeIgnoringCase };

/// A pattern that is kept compiled, for those who search for it again and again and don't want it in the cache. May be
/// used by several threads at a time.
class Compiled {
  public:
    /// `pattern` is only read here. Raises Failure as search and like do.
    Compiled(Form form, Value pattern);
    ~Compiled();
    Compiled(Compiled&&) noexcept;
    Compiled& operator=(Compiled&&) noexcept;

    /// What search or like would give.
    bool is_in(Value text) const;
    /// As RE2 reads it.
    const std::string& expression() const { return expression_; }
    /// About how many instructions it has: what a search takes at the most grows with them.
    std::size_t size() const;

  private:
    std::string expression_;
    std::optional<std::string> literal_;  // of a LIKE without a wildcard in its middle
    bool ignore_case_ = false;
    std::shared_ptr<const Regex> re_;  // where a search for the literal does not do
};

/// Patterns that are searched for in one pass over the text. May be used by several threads at a time.
class CompiledSet {
  public:
    explicit CompiledSet(std::span<const Compiled* const> patterns);
    ~CompiledSet();
    CompiledSet(CompiledSet&&) noexcept;
    CompiledSet& operator=(CompiledSet&&) noexcept;

    /// Puts the places of the patterns that are in `text` into `found`, in any order. False where RE2 can't do them
    /// together in the memory that it may use, or where hostile ones might take more than 100 ms in this text; they
    /// must be searched for one by one then.
    bool search(Value text, std::vector<int>& found) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

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
HOGVM_PUBLIC_END
