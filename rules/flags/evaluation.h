// Evaluating flags: conditions in their order, run on the VM.
//
// Nothing here recurses. A flag being evaluated is a frame on a stack of our own, and so is a clause being run. Where a
// clause needs an answer that is not known yet (of another clause, or of another flag), its program ends early, that
// clause or flag goes on top of the stack, and once it has answered the program runs again, from its beginning;
// programs are short (clauses.cpp), so little is done twice.
//
// What was found out is kept while one evaluation lasts: the values of flags that others depend on, and the answers of
// clauses and of flags that could not be decided. An answer may depend on which flags' values are known, since a
// dependency whose target was not evaluated does not match (docs/flags.md). So an answer for which a target's absence
// mattered, or a cycle, is used again only while no more values are known; any other is, in the whole evaluation. A
// flag or clause that is met again while it is being evaluated, with no more known than then, or where no target was
// absent in between, would go on for ever: that is a cycle.
//
// So the work is in proportion to the definitions, but where targets are absent or flags lead to themselves. There it
// ends after some times as much: the flag is inconclusive.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hogvm/hash.h>
#include <hogvm/vm.h>

#include "bucket.h"
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

    /// How far the evaluation was when something was begun.
    struct Moment {
        std::size_t known = 0;
        std::size_t absences = 0;
        std::size_t cycles = 0;
        std::size_t changes = 0;
    };
    /// Until when an answer holds that was found.
    struct Kept {
        bool is_kept = false;
        bool is_lasting = false;  // even where more is known
        std::size_t known = 0;
        std::size_t changes = 0;
    };

    struct FlagFrame {
        std::uint32_t flag;
        Moment opened;
        Moment outer_opened;
        std::size_t condition = 0;
        std::int32_t subject = kPerson;
        std::string_view bucketing = {};  // the value that is hashed for the flag
        double bucket = -1;               // by it; negative until it is asked for
        std::optional<Buckets> buckets = {};
        Verdict unresolved = 0;  // reasons of the conditions so far
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
        Moment opened;
        Moment outer_opened;
        std::size_t program = 0;
        Verdict so_far = kMatched;
        std::uint32_t waits_for = 0;  // the part whose answer is being found
        std::vector<Answer> answers = {};
    };

    /// What is known of a flag that others depend on.
    struct Known {
        std::uint64_t evaluation = 0;  // all else is of this one
        ValueCode value = kNoValue;
        Verdict failed = 0;  // why there is none ...
        Kept kept = {};      // ... if that is known
        int open = 0;        // frames of it
        Moment opened = {};  // the innermost one's
    };
    struct ClauseKnown {
        Verdict verdict = 0;
        Kept kept = {};
        int open = 0;
        Moment opened = {};
    };
    /// Of a dependency: so many flags of its chain are known.
    struct Progress {
        std::uint64_t evaluation = 0;
        std::size_t known = 0;
    };

    // ClauseRun
    const Definitions& definitions() const override { return *definitions_; }
    TestContext& context() override { return test_context_; }
    Value property(std::string_view name, Heap& heap) override;
    Verdict answer(std::uint32_t part) override;

    void reset(const Definitions& definitions, const FlagContext& context);
    Moment now() const { return {known_, absences_, cycles_, changes_}; }
    bool is_cycle(int open, const Moment& opened);
    Kept kept(const Moment& opened) const;
    bool holds(const Kept& kept);

    // Flags
    void open_flag(std::uint32_t flag);
    std::optional<Decision> before_conditions(FlagFrame& frame);
    std::optional<Decision> find_bucketing(FlagFrame& frame);
    std::optional<std::string_view> device_id();
    void next_condition();
    std::optional<std::int32_t> subject_of(const FlagFrame& frame, const Condition& condition);
    void condition_answered(Verdict verdict);
    std::optional<Decision> decide(FlagFrame& frame, const Condition& condition, Verdict verdict);
    void defer(FlagFrame& frame, const Condition& condition);
    void close_flag(const Decision& decision);
    bool is_out(FlagFrame& frame, const Condition& condition);
    ValueCode value_of(FlagFrame& frame, const Condition& condition);
    std::string_view bucketing_of(const FlagFrame& frame, const Condition& condition);
    std::optional<std::int32_t> find_group(std::uint32_t type);
    const Buckets& buckets(FlagFrame& frame);
    std::string_view text_of(Value v);

    // Clauses
    void open_clause(std::uint32_t clause, std::int32_t subject);
    void run_clause();
    void close_clause();
    Verdict run_program(const Program& program);
    Verdict answer_of_clause(const Part& part);
    Verdict answer_of_dependency(std::uint32_t part, std::uint32_t index);
    bool matches(const Dependency& dependency);
    Known& known(std::uint32_t flag);
    ClauseKnown& known(std::uint32_t clause, std::int32_t subject);
    std::size_t& progress(std::uint32_t dependency);

    const Definitions* definitions_ = nullptr;
    const FlagContext* asked_ = nullptr;
    Vm vm_;
    Heap heap_;       // of what is read outside programs
    Heap test_heap_;  // of what tests need while they decide
    TestContext test_context_;
    RunOptions options_;

    std::vector<bool> is_flag_;  // of each frame; the frames themselves are in two stacks
    std::vector<FlagFrame> flags_;
    std::vector<ClauseFrame> clauses_;

    std::uint64_t evaluation_ = 0;
    std::size_t steps_ = 0;     // conditions and programs
    std::size_t known_ = 0;     // how often a flag's value came to be known
    std::size_t changes_ = 0;   // ... and was another before
    std::size_t absences_ = 0;  // how often it mattered that a value was not known
    std::size_t cycles_ = 0;    // how often a cycle was left
    std::vector<Known> flags_known_;
    std::vector<Progress> progress_;
    KeyedMap<std::string_view, std::int32_t> groups_;  // places by type, of a context of many
    std::unordered_map<std::uint64_t, ClauseKnown> clauses_known_;

    enum class Needs : std::uint8_t { Nothing, Clause, Flag };
    Needs needs_ = Needs::Nothing;  // what the running program waits for ...
    std::uint32_t needed_ = 0;      // ... and which one

    Decision result_;
};

}  // namespace hogvm::flags
