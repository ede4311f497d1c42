// The functions that clauses' programs call, and what they need of the evaluation that runs them.
#pragma once

#include <cstdint>

#include "definitions.h"
#include "verdict.h"

namespace hogvm::flags {

/// What the functions see of an evaluation, through Host::context.
class ClauseRun {
  public:
    virtual const Definitions& definitions() const = 0;
    virtual TestContext& context() = 0;
    /// A property of the person or group that the program is about; a hole where it is missing.
    virtual Value property(std::string_view name, Heap& heap) = 0;
    /// The answer of a clause of its own, or of a dependency. Where it is not known yet, kNoMatch, which ends the
    /// program; the evaluation then finds the answer and runs the program again.
    virtual Verdict answer(std::uint32_t part) = 0;

  protected:
    ~ClauseRun() = default;
};

}  // namespace hogvm::flags
