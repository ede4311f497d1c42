// Feature flags: what a flag is for a person, decided here from the definitions that PostHog's servers hand out.
//
//     hogvm::FlagSet flags(definitions);  // {"flags": [...], "group_type_mapping": {...}, "cohorts": {...}}
//     for (const auto& problem : flags.problems()) std::cerr << problem.text() << '\n';
//
//     const boost::json::object ann = {{"plan", "pro"}, {"email", "ann@example.com"}};
//     const hogvm::FlagAnswer answer = flags.evaluate("new-checkout", {.distinct_id = "ann", .person = ann});
//     if (answer.decided() && answer.enabled) show_new_checkout(answer.variant);
//
// An answer that is given is the one that the server would give. Where that is not sure, because something was not said
// about the person, or because only the server can know, the answer says so instead; the service then asks the server,
// or takes a default. The rules are those of posthog-node's local evaluation; docs/flags.md tells them.
//
// Conditions are compiled to bytecode when definitions are loaded, and run on the VM; their operators are functions of
// a library of their own. A FlagSet is for any number of threads, which may evaluate while another replaces the
// definitions: they see the old or the new ones.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include <hogvm/heap.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// A source of properties by name. Implement it to have only those converted that conditions read.
class PropertySource {
  public:
    virtual ~PropertySource() = default;
    /// Finds a property; false if there is none. `value` is what json::parse gives for it, new on `heap` down to the
    /// leaves (texts may be views that outlive the evaluation), or undefined: there, but without a value. What it
    /// throws comes out of `evaluate`, but for a Failure, which leaves the flag inconclusive.
    virtual bool find(std::string_view name, Heap& heap, Value& value) const = 0;
};

/// The properties of a person or a group: nothing, a Boost.JSON object, or a source. Refers to what it is made of.
class Properties {
  public:
    Properties() = default;
    Properties(const boost::json::object& object) : object_(&object) {}  // NOLINT(google-explicit-constructor)
    Properties(const boost::json::value& object);                        // NOLINT(google-explicit-constructor)
    Properties(const PropertySource& source) : source_(&source) {}       // NOLINT(google-explicit-constructor)

    bool find(std::string_view name, Heap& heap, Value& value) const;

  private:
    const boost::json::object* object_ = nullptr;
    const PropertySource* source_ = nullptr;
};

/// A group that the person belongs to. `type` is its name, such as "company"; the group has the property "$group_key",
/// if `properties` have none of that name.
struct FlagGroup {
    std::string_view type;
    Value key;  // usually text: Value::text("acme"); numbers are taken as JavaScript prints them
    Properties properties;
};

/// Whom to evaluate for. Everything is only referred to.
struct FlagContext {
    std::string_view distinct_id;  // also the property "distinct_id", if `person` has none of that name
    Properties person = {};
    std::span<const FlagGroup> groups = {};
    std::optional<double> now_ms = {};  // epoch milliseconds, for relative dates; the system's clock without it
};

/// A context out of one JSON object: {"distinctId", "personProperties", "groups", "groupProperties", "now"}, where
/// "groups" maps types to keys and "groupProperties" types to properties, all optional but the id, and "now" is epoch
/// milliseconds. Throws LoadError if it is none.
class FlagPerson {
  public:
    explicit FlagPerson(std::string_view json);
    ~FlagPerson();
    FlagPerson(FlagPerson&&) noexcept;
    FlagPerson& operator=(FlagPerson&&) noexcept;

    const FlagContext& context() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Why a flag can't be decided here. Of several reasons the first in this order is given.
enum class FlagReason : std::uint8_t {
    None,
    ExperienceContinuity,   // the flag asks for it, and it needs the server's memory
    UnsupportedDefinition,  // the definition is at fault, or goes beyond what can be decided here
    UnresolvedDependency,   // another flag, on which this one depends, can't be decided
    MissingContext,         // a property or an id that is needed was not given, or has a value of no use
};
/// "experience_continuity", "unsupported_definition", ...; "" for None.
std::string_view name_of(FlagReason reason);

namespace flags {
struct Definitions;
}

struct FlagAnswer {
    enum class Outcome : std::uint8_t {
        Decided,
        Inconclusive,  // see `reason`
        NeedsServer,   // a cohort is not in the definitions, or of an unknown type
        Unknown,       // there is no flag of that key
    };
    static constexpr int kNoCondition = -1;

    Outcome outcome = Outcome::Unknown;
    FlagReason reason = FlagReason::None;  // of what was not decided
    bool enabled = false;                  // of a decided flag: its value is true or a variant
    int condition = kNoCondition;          // counted from 0: the one that decided, if one did
    std::string_view key;
    std::string_view variant;  // the value's text where it is one: a variant's key, or "holdout-<id>"
    std::string_view payload;  // JSON text; empty if there is none
    std::shared_ptr<const flags::Definitions> definitions;  // keeps the texts above

    bool decided() const { return outcome == Outcome::Decided; }
    /// As one JSON object: {"key", "outcome", "value", "payload", "reason", "conditionIndex"}; null stands for what
    /// there is not.
    std::string json() const;
};
/// "decided", "inconclusive", "needs_server", "unknown".
std::string_view name_of(FlagAnswer::Outcome outcome);

/// Something wrong with the definitions. The flag, or the part of it that is at fault, is inconclusive; all else works.
struct FlagProblem {
    std::string flag;     // its key; empty for a cohort, or where the key itself is at fault
    std::string pointer;  // the place in the definitions as a JSON pointer (RFC 6901)
    std::string message;

    std::string text() const;  // in a line
};

struct FlagOptions {
    /// The zone of date-times without an offset, by its IANA name. Throws LoadError where there is none of that name.
    std::string local_zone = "UTC";
};

class FlagSet {
  public:
    /// Throws LoadError if the definitions are no object with a list of flags. What is wrong with one flag is among
    /// problems() and no error.
    explicit FlagSet(const boost::json::value& definitions, FlagOptions options = {});
    /// From JSON text; numbers are read as JavaScript reads them.
    explicit FlagSet(std::string_view definitions_json, FlagOptions options = {});
    ~FlagSet();
    FlagSet(const FlagSet&) = delete;
    FlagSet& operator=(const FlagSet&) = delete;

    /// Throws only what a PropertySource throws (no Failure); an unknown key gives Outcome::Unknown.
    FlagAnswer evaluate(std::string_view key, const FlagContext& context) const;
    /// Every flag, in the order of the definitions; each is what `evaluate` gives.
    std::vector<FlagAnswer> evaluate_all(const FlagContext& context) const;

    /// Other definitions from now on. Throws LoadError, and keeps the old ones, where the constructor throws.
    void replace(const boost::json::value& definitions);
    void replace(std::string_view definitions_json);

    /// The flags' keys in the order of the definitions.
    std::vector<std::string> keys() const;
    std::vector<FlagProblem> problems() const;
    /// The bytecode of a flag's conditions, one program after the other, for people. Empty for an unknown key.
    std::string disassemble(std::string_view key) const;

  private:
    class Latest;
    FlagOptions options_;
    std::unique_ptr<Latest> latest_;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
