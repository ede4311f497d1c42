// What a rule set may assume of the library's functions.
//
// A pure function's result depends on its arguments alone, so that calling it once for many rules, or not at all, makes
// no difference. What it does with arguments that it can't take does: a rule that fails must fail in a set, too. So the
// table says when a function fails, for arguments as JSON has them (purity_test.cpp tries them all).
#pragma once

#include <cstdint>
#include <string_view>

namespace hogvm::matching {

enum class Fails : std::uint8_t {
    Never,
    OnNull,     // where `argument` is null, and never else
    OnPattern,  // where `argument` is no constant pattern that RE2 takes
    Perhaps,
};

struct Purity {
    std::string_view name;
    Fails fails;
    int argument = 0;  // counted from 0
};

/// Null for a function that is not known to be pure.
const Purity* purity_of(std::string_view function);

}  // namespace hogvm::matching
