// Evaluating flags: conditions in their order, run on the VM.
//
// Nothing here recurses. A flag being evaluated is a frame on a stack of our own, and so is a clause being run. Where a
// clause needs an answer that is not known yet (of another clause, or of another flag), its program ends early, that
// clause or flag goes on top of the stack, and once it has answered the program runs again, from its beginning;
// programs are short (clauses.cpp), so little is done twice.
//
// What was found out is kept while one evaluation lasts: the values of flags that others depend on, and the answers of
// clauses. An answer may depend on which flags' values are known, since a dependency whose target was not evaluated
// does not match (docs/flags.md). The number of known values, `known_`, only grows; an answer is used again only while
// it is what it was when the answer was begun. A flag or clause that is met again while it is being evaluated, with no
// more known than then, would go on for ever: that is a cycle.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hogvm/vm.h>

#include "definitions.h"
#include "operators.h"

namespace hogvm::flags {

/// One flag's outcome.
struct Decision {
    FlagAnswer::Outcome outcome = FlagAnswer::Outcome::Decided;
    FlagReason reason = FlagReason::None;
    bool through_regex = false;  // of an inconclusive one
    ValueCode value = kFalse;
    int condition = FlagAnswer::kNoCondition;
};

/// Keeps its memory from one evaluation to the next; for one thread at a time.
class Evaluation final : private ClauseRun {
  public:
    Evaluation();

    Decision evaluate(const Definitions& definitions, std::uint32_t flag, const FlagContext& context);

  private:
    static constexpr std::int32_t kPerson = -1;  // a subject; the others are the places of the context's groups
    static constexpr ValueCode kNoValue = -4;

    struct FlagFrame {
        std::uint32_t flag;
        std::size_t known_before;
        std::size_t outer_opened_at;
        std::size_t condition = 0;
        std::int32_t subject = kPerson;
        std::string_view bucketing = {};  // the value that is hashed for the flag
        double bucket = -1;               // by it; negative until it is asked for
        Verdict unresolved = 0;           // reasons of the conditions so far
        bool through_regex = false;
        ValueCode deferred = kNoValue;  // what conditions that a regex left open would have given
        bool several_deferred = false;
    };
    /// Of a part, for the program that runs.
    struct Answer {
        std::uint32_t part;
        Verdict verdict;
    };
    struct ClauseFrame {
        std::uint32_t clause;
        std::int32_t subject;
        std::size_t known_before;
        std::size_t outer_opened_at;
        std::size_t program = 0;
        Verdict so_far = kMatched;
        std::uint32_t waits_for = 0;  // the part whose answer is being found
        std::vector<Answer> answers = {};
    };

    /// What is known of a flag that others depend on.
    struct Known {
        std::uint64_t evaluation = 0;  // all else is of this one
        ValueCode value = kNoValue;
        Verdict failed = 0;         // why there is none ...
        std::size_t failed_at = 0;  // ... with so many values known
        int open = 0;               // frames of it
        std::size_t opened_at = 0;  // the innermost one's known_before
    };
    struct ClauseKnown {
        Verdict verdict = 0;
        bool is_valid = false;
        std::size_t at = 0;
        int open = 0;
        std::size_t opened_at = 0;
    };

    // ClauseRun
    const Definitions& definitions() const override { return *definitions_; }
    TestContext& context() override { return test_context_; }
    Value property(std::string_view name, Heap& heap) override;
    Verdict answer(std::uint32_t part) override;

    void reset(const Definitions& definitions, const FlagContext& context);

    // Flags
    void open_flag(std::uint32_t flag);
    std::optional<Decision> before_conditions(FlagFrame& frame);
    std::optional<Decision> find_bucketing(FlagFrame& frame);
    std::optional<std::string_view> device_id();
    void next_condition();
    std::optional<std::int32_t> subject_of(const FlagFrame& frame, const Condition& condition) const;
    void condition_answered(Verdict verdict);
    std::optional<Decision> decide(FlagFrame& frame, const Condition& condition, Verdict verdict);
    void defer(FlagFrame& frame, const Condition& condition);
    void close_flag(const Decision& decision);
    bool is_out(FlagFrame& frame, const Condition& condition);
    ValueCode value_of(FlagFrame& frame, const Condition& condition);
    std::string_view bucketing_of(const FlagFrame& frame, const Condition& condition);
    std::optional<std::int32_t> find_group(std::uint32_t type) const;
    std::string_view text_of(Value v);

    // Clauses
    void open_clause(std::uint32_t clause, std::int32_t subject);
    void run_clause();
    void close_clause();
    Verdict run_program(const Program& program);
    Verdict answer_of_clause(const Part& part);
    Verdict answer_of_dependency(std::uint32_t part, const Dependency& dependency);
    bool matches(const Dependency& dependency);
    Known& known(std::uint32_t flag);
    ClauseKnown& known(std::uint32_t clause, std::int32_t subject);

    const Definitions* definitions_ = nullptr;
    const FlagContext* asked_ = nullptr;
    Vm vm_;
    Heap heap_;  // of what is read outside programs
    TestContext test_context_;
    RunOptions options_;

    std::vector<bool> is_flag_;  // of each frame; the frames themselves are in two stacks
    std::vector<FlagFrame> flags_;
    std::vector<ClauseFrame> clauses_;

    std::uint64_t evaluation_ = 0;
    std::size_t known_ = 0;  // flags' values that are known
    std::vector<Known> flags_known_;
    std::unordered_map<std::uint64_t, ClauseKnown> clauses_known_;

    enum class Needs : std::uint8_t { Nothing, Clause, Flag };
    Needs needs_ = Needs::Nothing;  // what the running program waits for ...
    std::uint32_t needed_ = 0;      // ... and which one

    Decision result_;
};

}  // namespace hogvm::flags
