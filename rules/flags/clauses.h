// Compiling clauses: from the JSON of properties and cohorts to programs and their parts (definitions.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "definitions.h"

namespace hogvm::flags {

/// A member of an object; undefined where there is none, and for a value that is no object.
Value member(Value object, std::string_view key, const Heap& heap);
/// A JSON pointer with one more step.
std::string below(const std::string& pointer, std::string_view key);
std::string below(const std::string& pointer, std::size_t index);

class ClauseCompiler {
  public:
    ClauseCompiler(Definitions& definitions, Value cohorts, const PropertyTest::Options& options, Heap& heap)
        : definitions_(definitions), cohorts_(cohorts), options_(options), heap_(heap) {}

    /// The clause of a condition's "properties". `flag` is for problems. Definitions::by_key must be complete.
    std::uint32_t condition(Value properties, const std::string& flag, const std::string& pointer);
    /// A condition that nothing can be made of.
    std::uint32_t malformed_condition();
    /// Whether a property of a condition can't be decided here, whatever it is asked for.
    bool is_unsupported(Value property);
    /// Compiles the cohorts that conditions refer to. Call it last.
    void finish();

    void report(std::string flag, std::string pointer, std::string message);

  private:
    class Program;
    /// Where parts are being put, and whom problems are told of.
    struct Place {
        Program& program;
        std::string flag;
        std::string pointer;
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
        std::string pointer;
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
    bool fits(Value json, int depth, std::size_t& room) const;
    bool member_fits(Value member, bool is_group, int depth, std::size_t& room) const;
    Value find_cohort(std::string_view id) const;

    std::uint32_t test_of(Value property);
    std::uint32_t clause_of(Value group, const std::string& pointer);
    void find_unsupported_cohorts();
    bool has_unsupported(Value group, std::vector<std::string>& refers_to, int depth);

    Definitions& definitions_;
    Value cohorts_;
    const PropertyTest::Options& options_;
    Heap& heap_;
    std::unordered_map<const Node*, std::uint32_t> tests_;    // by their property
    std::unordered_map<const Node*, std::uint32_t> clauses_;  // by their group
    std::vector<Waiting> waiting_;
    std::unordered_set<std::string> reported_;
    bool knows_unsupported_ = false;
    std::unordered_set<std::string> unsupported_cohorts_;
};

}  // namespace hogvm::flags
