// Regular expressions as flags use them: only what means the same in JavaScript and in the server's engine is decided.
//
// Which syntax that is, is posthog-node's choice (docs/flags.md, "Patterns"). Within it RE2 finds what JavaScript
// finds, but for a few things: what \s and [\b] stand for, and counted repeats beyond RE2's bound. So a pattern is
// parsed here, and written anew for RE2 with each class spelt out; where RE2 refuses its repeats, the parsed form is
// matched by this file's own, slower search.
//
// JavaScript's grammar is the one without the `u` flag: `]` and `}` alone stand for themselves.
#pragma once

#include <bitset>
#include <memory>
#include <string_view>

namespace hogvm::flags {

class PortablePattern {
  public:
    enum class Kind : std::uint8_t {
        Usable,
        NotPortable,  // only the server can tell
        TooLarge,     // likewise: beyond 32 KB, or beyond the room that others left
        Invalid,      // no regular expression: neither regex nor not_regex match
    };
    enum class Found : std::uint8_t { No, Yes, Undecided };

    /// `room`: how large all patterns of some definitions may be, in instructions of RE2's programs.
    PortablePattern(std::string_view pattern, std::size_t& room);
    static constexpr std::size_t kRoom = 2'000'000;
    ~PortablePattern();
    PortablePattern(PortablePattern&&) noexcept;
    PortablePattern& operator=(PortablePattern&&) noexcept;

    Kind kind() const { return kind_; }
    /// Of a usable pattern: whether it is found in a text. Undecided for text that is not all ASCII or has a CR, and
    /// where the search might take longer than kPatienceMs.
    Found search(std::string_view text) const;

    struct Node;

  private:
    struct Matcher;
    Kind kind_ = Kind::Usable;
    bool matches_all_ = false;
    std::unique_ptr<const Matcher> matcher_;
};

}  // namespace hogvm::flags
