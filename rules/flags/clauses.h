// Compiling clauses: from the JSON of properties and cohorts to programs and their parts (definitions.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <hogvm/hash.h>

#include "definitions.h"

namespace hogvm::flags {

/// A member of an object; undefined where there is none, and for a value that is no object.
Value member(Value object, std::string_view key, const Heap& heap);

/// A JSON pointer. A long one is cut, but its id still tells it from others.
struct Pointer {
    std::string text = {};
    std::uint64_t id = 0;
};
/// With one more step.
Pointer below(const Pointer& pointer, std::string_view key);
Pointer below(const Pointer& pointer, std::size_t index);

class ClauseCompiler {
  public:
    ClauseCompiler(Definitions& definitions, Value cohorts, const PropertyTest::Options& options, Heap& heap)
        : definitions_(definitions), cohorts_(cohorts), options_(options), heap_(heap) {}

    /// The clause of a condition's "properties". `flag` is for problems. Definitions::by_key must be complete.
    std::uint32_t condition(Value properties, std::string_view flag, const Pointer& pointer);
    /// A condition that nothing can be made of.
    std::uint32_t malformed_condition();
    /// Whether a property of a condition can't be decided here, whatever it is asked for.
    bool is_unsupported(Value property);
    /// Compiles the cohorts that conditions refer to. Call it last.
    void finish();

    /// Once for each place. Of very many problems the last only says how many more there are.
    void report(std::string_view flag, const Pointer& pointer, std::string_view message);
    void report_cycle(std::uint32_t clause);
    void report_unlisted();

  private:
    class Program;
    /// Where parts are being put, and whom problems are told of.
    struct Place {
        Program& program;
        std::string_view flag;
        Pointer pointer;
        bool in_condition;
        bool negated;
    };
    struct Group {
        bool is_any;  // OR
        bool holds_groups;
        std::span<const Value> members;
    };
    struct Waiting {
        std::uint32_t clause;
        Value group;
        Pointer pointer;
    };
    /// What a property refers to.
    struct Cohort {
        const Entry* entry;  // among `cohorts_`; null if it is not there
        std::string id;      // as it is shown
        Pointer pointer;
        Value value() const { return entry != nullptr ? entry->value : Value::undefined(); }
    };

    Part part(const Place& place, Part::Kind kind, std::uint32_t index) const;
    void put_property(Value property, const Place& place);
    void put_test(Value property, const Place& place);
    void put_dependency(Value property, const Place& place);
    void put_cohort(Value property, Place place);
    void put_group(Value json, const Place& place);
    void put_known(Verdict verdict, const Place& place);
    void put_members(const Group& group, const Place& place);
    void put_member(const Group& group, std::size_t index, const Place& place);

    /// What a group is, or what is known of it without looking further.
    struct Reading {
        Verdict known = 0;
        bool is_known = false;
        Group group{};
        std::string fault;
    };
    Reading read_group(Value json) const;
    bool fits(Value json, int depth, std::size_t& room);
    bool member_fits(Value member, bool is_group, int depth, std::size_t& room);

    const Cohort& cohort_of(Value property);
    std::uint32_t test_of(Value property);
    std::uint32_t dependency_of(Value property, const Place& place);
    std::uint32_t clause_of(Value group, const Pointer& pointer);
    std::uint32_t add_clause(Clause clause);
    void find_unsupported_cohorts();
    bool has_unsupported(Value group, std::vector<std::size_t>& refers_to, int depth);
    std::size_t place_of(const Cohort& cohort) const;

    Definitions& definitions_;
    Value cohorts_;
    const PropertyTest::Options& options_;
    Heap& heap_;
    // A cohort that is compiled into many programs is read once: by the property, and by the group.
    std::unordered_map<const Node*, std::uint32_t> tests_;
    std::unordered_map<const Node*, std::uint32_t> dependencies_;
    std::unordered_map<const Node*, Cohort> referred_;
    std::unordered_map<const Node*, std::uint32_t> clauses_;
    std::unordered_map<std::uint32_t, Pointer> pointers_;  // of cohorts' clauses
    std::vector<Waiting> waiting_;
    std::unordered_set<std::uint64_t> reported_;  // pointers' ids
    std::size_t unlisted_ = 0;
    bool knows_unsupported_ = false;
    std::vector<bool> unsupported_cohorts_;
};

}  // namespace hogvm::flags
