// Matching: what one thread needs to look an event up in segments.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <hogvm/vm.h>
#include <hogvm/work.h>

#include "event.h"
#include "segment.h"

namespace hogvm::matching {

/// The segments of a rule set as they were at one time.
struct Snapshot {
    struct Part {
        std::shared_ptr<const Segment> segment;
        std::shared_ptr<const std::vector<bool>>
            is_gone;  // by item: removed, or replaced in a later part; null: none is
        std::size_t gone = 0;

        bool has(std::uint32_t item) const { return is_gone == nullptr || !(*is_gone)[item]; }
    };
    struct Found {
        const Part* part;
        std::uint32_t item;
    };
    std::vector<Part> parts;
    std::vector<std::string_view> names;  // of all globals that indexed rules read
    std::size_t size = 0;

    std::optional<Found> find(std::string_view id) const;
};

/// What rules share is evaluated for no longer, in all of an event, than one rule may run. After that it fails, so that
/// the rules are run by themselves, each within its own limits.
class Budget final : public Watch {
  public:
    explicit Budget(const Limits& limits) : limits_(limits) {}

    void start() { end_ms_ = 0; }
    /// Raises Failure{Timeout} if none is left.
    double left_ms();
    /// What is not shared took so long.
    void put_off(double ms) { end_ms_ += end_ms_ > 0 ? ms : 0; }

    void worked(std::size_t steps) override;
    double patience_ms() override { return std::min(left_ms(), kPatienceMs); }
    std::size_t room() const override { return limits_.heap_bytes(); }

  private:
    const Limits limits_;
    std::size_t steps_ = 0;
    double end_ms_ = 0;  // by the clock that never goes back; 0 before it was first looked at
};

class Matcher {
  public:
    explicit Matcher(const RuleSetOptions& options);

    Event& event() { return event_; }

    /// Looks `event()` up.
    Matches match(const Snapshot& snapshot);

    /// The truth of the nodes of one segment for `event()`, one after the other.
    enum class Truth : std::uint32_t { False, True, Failed };
    void start(const Segment& segment);
    Truth truth(std::uint32_t node);
    Value value(std::uint32_t node);
    /// Of a node whose truth is known, and not Failed.
    Value known_value(std::uint32_t node) const;
    /// One rule's program by itself. A suspended run is a failed one here.
    Outcome run_alone(const Rule& rule, bool trace = false);

  private:
    /// What is known of a segment's nodes and items, an event at a time.
    struct Memory {
        std::uint64_t serial = 0;
        std::uint32_t generation = 0;
        std::vector<std::uint32_t> marks;     // by node: the generation, whether it has a value, and a Truth
        std::vector<Value> values;            // by node, where its mark says so; the others are booleans
        std::vector<std::uint32_t> seen;      // by item: the generation
        std::vector<std::uint8_t> answers;    // by slot
        std::vector<std::uint32_t> answered;  // by column: twice the generation, plus 1 where it could tell
    };
    /// A candidate, and how many of its tests are known to hold.
    struct Sifted {
        const Segment::Candidate* candidate;
        std::uint32_t held;
    };
    struct Found {
        std::uint64_t order;
        std::string_view id;
    };
    struct FoundFailure {
        std::uint64_t order;
        const Rule* rule;
        Error error;
    };

    void match_part(const Snapshot::Part& part);
    void check_risks();
    void visit(std::uint32_t branch);
    void sift(const Segment::Branch& branch);
    bool answer(std::uint32_t column);
    void decide_sifted(const Segment::Branch& branch);
    void decide(const Segment::Candidate& candidate, std::uint32_t held);
    void decide_alone(std::uint32_t item);
    void run_and_keep(const Segment::Item& item);
    bool is_open(std::uint32_t item);
    Truth all_hold(const Segment::Candidate& candidate, std::uint32_t from, std::uint32_t to);
    void search(const Segment::PatternGroup& group);
    Truth evaluate(std::uint32_t node);
    Truth keep(std::uint32_t node, Value v);
    Truth keep(std::uint32_t node, bool holds);
    std::optional<bool> holds_shortly(const Segment::Node& node, Value field) const;
    bool any_or_all(const Segment::Node& node);
    bool holds(const Segment::Node& node);
    bool is_in_list(Value item, const Segment::Node& container) const;
    Value run_code(const Segment::Node& node);
    std::uint64_t missing_names(const Segment& segment) const;

    RunOptions options_;
    Budget budget_;
    Vm vm_;
    Event event_;
    Heap heap_;  // of the values of nodes
    std::vector<Memory> memories_;
    // Of the part being matched:
    const Snapshot::Part* part_ = nullptr;
    const Segment* segment_ = nullptr;
    Memory* memory_ = nullptr;
    std::uint64_t missing_ = 0;          // names that the event lacks
    std::vector<std::uint8_t> is_left_;  // by candidate of a branch
    std::vector<Sifted> sifted_;
    std::vector<std::size_t> counts_;  // by group: candidates that have its patterns and wait
    std::vector<int> places_;
    std::vector<Found> found_;
    std::vector<FoundFailure> failures_;
};

}  // namespace hogvm::matching
