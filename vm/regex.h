// RE2 within bounds: what takes long is known before it begins.
//
// RE2 can't be interrupted. Mostly it takes a nanosecond or two for a byte of text, by an automaton whose states it
// makes as they are needed. For patterns that need too many of them (a[ab]{900}c) it goes through the program of the
// pattern at each byte instead. So what a search takes at the most is known: so much for each byte and instruction. One
// that could take longer than its run may be left alone is not begun (work.h). Compiling is bounded by the pattern's
// size, and by what RE2 makes of it before it looks at its own bound.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <hogvm/visibility.h>

namespace re2 {
class RE2;
class StringPiece;
}  // namespace re2

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// A compiled regular expression. May be used by several threads at a time.
class Regex {
  public:
    /// In RE2's syntax. Raises Failure{Argument} where RE2 refuses it, or where compiling it would take too long.
    explicit Regex(const std::string& expression);
    /// Raises Failure{Argument} where an expression of so many bytes is too long, before it is made.
    static void check_length(std::size_t bytes);
    ~Regex();
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;

    /// These raise Failure{Timeout} where the search might take too long.
    bool is_in(std::string_view text) const;
    /// The first match, and the first group, where there is one: data() is null if it took no part in the match.
    bool find(std::string_view text, re2::StringPiece& match, re2::StringPiece& group) const;

    /// Instructions of its program.
    std::size_t size() const { return size_; }

  private:
    void begin(std::size_t bytes, double ns_per_step) const;

    std::unique_ptr<const re2::RE2> re_;
    std::size_t size_;
};

/// Milliseconds that a search for patterns of `size` instructions in all takes at the most.
double longest_search_ms(std::size_t size, std::size_t bytes);

}  // namespace hogvm
HOGVM_PUBLIC_END
