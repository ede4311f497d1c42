// Flags that depend on themselves, and cohorts that hold themselves: found when definitions are loaded, to tell of
// them.
#pragma once

#include <cstdint>
#include <vector>

#include "definitions.h"

namespace hogvm::flags {

struct Cycles {
    std::vector<std::uint32_t> flags;    // that depend on themselves
    std::vector<std::uint32_t> clauses;  // of cohorts that hold themselves
};
Cycles find_cycles(const Definitions& definitions);

}  // namespace hogvm::flags
