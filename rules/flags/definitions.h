// Definitions as they are kept: every flag with its conditions as programs. Made once (load.cpp), never changed, and
// shared by all who evaluate.
//
// A clause is a conjunction: the properties of a condition, or the members of a cohort's group (an OR is the opposite
// of the conjunction of its members' opposites). Its bytecode carries a verdict (verdict.h) through one call a part:
//
//     INTEGER 1                        // so far: matched
//     INTEGER 0, CALL icontains 2      // (so far, the part's number): a test of a property
//     GET_LOCAL 0, JUMP_IF_FALSE end
//     INTEGER 1, CALL cohort 2         // a cohort
//     end: RETURN
//
// A part's number leads to what was prepared for it, `Definitions::parts`. A test reads its property by itself: a
// missing one is not null, as it would be if GET_GLOBAL read it, and nothing is put on the VM's stack to be charged
// for. Small cohorts and groups stand in the clause that needs them; a large one is a clause of its own, and so is any
// cohort that holds itself. A clause of many parts is several programs, run one after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/flags.h>
#include <hogvm/hash.h>
#include <hogvm/heap.h>
#include <hogvm/program.h>

#include "property.h"
#include "verdict.h"

namespace hogvm::flags {

/// Something that a clause's program refers to by number.
struct Part {
    enum class Kind : std::uint8_t {
        Test,        // index: in `tests`
        Group,       // a group within the program; index means nothing
        Clause,      // index: in `clauses`
        Dependency,  // index: in `dependencies`
        Known,       // its verdict was known when it was loaded
    };
    Kind kind = Kind::Known;
    bool in_condition = false;  // where it stands: verdicts join differently in cohorts
    bool negated = false;       // its opposite counts
    std::uint32_t index = 0;
    Verdict known = kNoMatch;
};

struct Clause {
    bool in_condition = false;
    bool negated = false;  // its opposite is its answer
    std::vector<std::shared_ptr<const Program>> programs = {};
    std::size_t first_part = 0;  // its parts are [first_part, end_part)
    std::size_t end_part = 0;
};

/// A flag's value: one of these, or a variant's index.
using ValueCode = std::int32_t;
inline constexpr ValueCode kHoldout = -3;
inline constexpr ValueCode kFalse = -2;
inline constexpr ValueCode kTrue = -1;

/// What a condition expects of another flag.
struct Dependency {
    static constexpr std::int32_t kNoFlag = -1;
    enum class Expects : std::uint8_t { False, True, Text, Never };

    bool is_usable = false;  // there is a chain, and all its flags exist
    std::vector<std::uint32_t> chain;
    std::int32_t target = kNoFlag;
    Expects expects = Expects::Never;
    std::string text;
};

struct Condition {
    static constexpr std::int32_t kAsFlag = -1;
    static constexpr std::int32_t kUnknownGroup = -2;

    std::uint32_t clause = 0;
    bool has_rollout = false;
    double rollout = 1;            // a fraction; NaN excludes nobody
    ValueCode variant = kFalse;    // the override; kFalse for none
    std::int32_t group = kAsFlag;  // whose properties and key count: an index into `group_types`, or as above
};

struct Variant {
    std::string key;
    double to = 0;            // of the buckets those below are its, which none before it has
    std::uint32_t first = 0;  // the first variant of this key, which has the payload of all
    std::string payload = {};
};

struct Flag {
    enum class Bucketing : std::uint8_t { DistinctId, DeviceId, Group, UnknownGroup };

    std::string key;
    bool is_active = false;
    bool has_continuity = false;
    bool is_malformed = false;    // in a way that leaves nothing to evaluate
    bool is_unsupported = false;  // some part of it, wherever it stands, can't be decided here
    Bucketing bucketing = Bucketing::DistinctId;
    std::uint32_t group = 0;  // an index into `group_types`, of Bucketing::Group
    bool has_holdout = false;
    double holdout = 0;  // a fraction
    std::string holdout_value;
    std::string holdout_payload;
    bool early_exit = false;
    std::vector<Condition> conditions;
    std::vector<Variant> variants;
    std::string payload;  // of true

    std::string_view text(ValueCode value) const {
        if (value == kHoldout) return holdout_value;
        return value >= 0 ? std::string_view(variants[static_cast<std::size_t>(value)].key) : std::string_view();
    }
    std::string_view payload_of(ValueCode value) const {
        if (value == kHoldout) return holdout_payload;
        if (value == kTrue) return payload;
        if (value < 0) return {};
        return variants[variants[static_cast<std::size_t>(value)].first].payload;
    }
};

struct Definitions {
    std::vector<Flag> flags;
    KeyedMap<std::string_view, std::uint32_t> by_key;  // views of the flags' keys
    std::vector<std::string> group_types;
    std::vector<Part> parts;
    std::vector<PropertyTest> tests;
    std::vector<Dependency> dependencies;
    std::vector<Clause> clauses;
    std::vector<FlagProblem> problems;
    std::size_t size = 0;  // flags, conditions and programs

    const Flag* find(std::string_view key) const {
        const auto found = by_key.find(key);
        return found != by_key.end() ? &flags[found->second] : nullptr;
    }
};

/// The library of the clauses' programs (operators.cpp).
const Library& operators();

/// Throws LoadError if `json` is no object with a list of flags.
std::shared_ptr<const Definitions> load(const boost::json::value& json, const FlagOptions& options);
std::shared_ptr<const Definitions> load(std::string_view json, const FlagOptions& options);

}  // namespace hogvm::flags
