// Rule sets: which of many rules match an event.
//
//     hogvm::RuleSet rules(R"([
//         {"id": "docs", "filter": {"events": [{"id": "$pageview", "type": "events"}]}},
//         {"id": "pro",  "bytecode": ["_H", 1, 32, "pro", 32, "plan", 32, "properties", 1, 2, 11, 38]}])");
//     hogvm::Matches matches = rules.match(R"({"event": "$pageview", "properties": {"plan": "free"}})");
//     // matches.ids is {"docs"}
//
// A rule is an object:
//
//     id        a string of its own
//     filter    what filter.h compiles; or
//     bytecode  a compiled program: a token array, or a bundle of chunks
//     enabled   false for one that is kept but never matches; true by default
//
// A rule matches if its program's result is the boolean true; any other result, 1 too, is no match. That is what
// PostHog's services do with a filter's result.
//
// The answer is the one that running each rule's program by itself would give, errors included: a rule that fails is in
// Matches::failures with the error of its own run, and the others are not concerned. AND and OR evaluate all of their
// operands in bytecode, so a rule on `person.properties.plan` fails for an event without the global `person`, whatever
// the event's name.
//
// Limits are for one rule's run. A rule that the index decides takes no part in them: it does not time out, and is
// charged no memory.
//
// How it works is in docs/rules.md: the set is an index, not a loop. What an event costs depends on the rules that
// could match it, not on how many there are, as long as rules test `event = '...'`, or some property by = or in, and
// can't fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/fwd.hpp>

#include <hogvm/error.h>
#include <hogvm/filter.h>
#include <hogvm/host.h>
#include <hogvm/visibility.h>
#include <hogvm/vm.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// A rule that can't be loaded.
class RuleError : public std::exception {
  public:
    RuleError(std::string rule, std::string where, std::string what);
    const char* what() const noexcept override { return text_.c_str(); }

    std::string id;       // empty if it has none
    std::string pointer;  // where in what was given, as a JSON pointer (RFC 6901)
    std::string message;

  private:
    std::string text_;
};

struct RuleSetOptions {
    FilterOptions filters;  // what the rules' filters depend on
    Limits limits;          // of one rule's run
    /// Copied for each thread that matches, so its functions must be ready to be called by several at a time. A rule
    /// that calls a function of the host's is run for every event.
    Host host;
    const Library* library = nullptr;  // the standard library; must outlive the set
};

/// What an event gives.
struct Matches {
    struct Failure {
        std::string id;
        Error error;
    };
    std::vector<std::string> ids;   // in the order in which the rules were added; one that is replaced keeps its place
    std::vector<Failure> failures;  // likewise
};

/// Why a rule matches an event or does not.
struct Explanation {
    enum class Outcome : std::uint8_t { Matched, NotMatched, Failed, Disabled };
    struct Observation {
        std::string path;  // such as "properties.plan"
        std::string json;  // what the event has there
    };

    Outcome outcome = Outcome::NotMatched;
    /// The first condition that does not hold, as Hog: `properties.plan = 'pro'`. Of a rule that matches, all of it.
    /// Empty where the program is not made of conditions, or failed.
    std::string condition;
    std::vector<Observation> values;  // of the globals in the condition
    Error error;                      // of a rule that failed
    std::int64_t ip = -1;             // the token index: of the condition's first token, or where the program ended
    std::string text;                 // all of this in a sentence
};

/// The name of an outcome: "matched", "not_matched", "failed", "disabled".
const char* name_of(Explanation::Outcome outcome);

/// Any number of threads may use a set at a time. match and explain never wait for set and remove, nor the other way
/// round: they see the rules as they were before or after. set and remove wait for one another.
class RuleSet {
  public:
    explicit RuleSet(RuleSetOptions options = {});
    /// Of a JSON array of rules. What can't be loaded is left out, and said in errors(). Throws RuleError if it is no
    /// array.
    explicit RuleSet(std::string_view rules_json, RuleSetOptions options = {});
    explicit RuleSet(const char* rules_json, RuleSetOptions options = {})
        : RuleSet(std::string_view(rules_json), std::move(options)) {}
    explicit RuleSet(const boost::json::value& rules, RuleSetOptions options = {});
    ~RuleSet();
    RuleSet(RuleSet&&) noexcept;
    RuleSet& operator=(RuleSet&&) noexcept;

    /// The rules of the constructor's array that could not be loaded.
    const std::vector<RuleError>& errors() const;

    /// The rules that match. `globals` is an object, as JSON text or parsed. Throws Failure{Input} if it is not.
    Matches match(std::string_view globals_json) const;
    Matches match(const char* globals_json) const { return match(std::string_view(globals_json)); }
    Matches match(const boost::json::value& globals) const;
    /// A host's data. Each global that a rule reads is read once, as a whole.
    Matches match(const Globals& globals) const;

    /// None if there is no rule of that id. Runs the rule by itself.
    std::optional<Explanation> explain(std::string_view id, std::string_view globals_json) const;
    std::optional<Explanation> explain(std::string_view id, const char* globals_json) const {
        return explain(id, std::string_view(globals_json));
    }
    std::optional<Explanation> explain(std::string_view id, const boost::json::value& globals) const;
    std::optional<Explanation> explain(std::string_view id, const Globals& globals) const;

    /// Adds a rule, or replaces the one of its id. Throws RuleError, and leaves the set as it was.
    void set(std::string_view rule_json);
    void set(const char* rule_json) { set(std::string_view(rule_json)); }
    void set(const boost::json::value& rule);
    /// All rules of an array in one step, which costs far less than one by one. Those that can't be loaded are left out
    /// and returned.
    std::vector<RuleError> set_all(const boost::json::value& rules);
    /// False if there is no such rule.
    bool remove(std::string_view id);

    std::size_t size() const;  ///< rules, disabled ones included

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
