// Property filters: which events a destination, a cohort or a capture rule wants, as JSON, compiled to bytecode.
//
//     auto wanted = hogvm::compile_filter(boost::json::parse(R"({"events": [{"id": "$pageview", "type":
//     "events"}]})")); hogvm::Vm vm; vm.run(*wanted, R"({"event": "$pageview"})").result;  // true
//
// A filter is an object. All of its members may be left out; those that are not named here are ignored.
//
//     {"events":  [{"id": "$pageview" or null for any, "type": "events", "properties": [property, ...]}, ...],
//      "actions": [{"id": 7, "type": "actions", "steps": [step, ...], "properties": [property, ...]}, ...],
//      "properties": [property or group, ...],
//      "filter_test_accounts": true}
//     property: {"key": "plan", "value": "pro", "operator": "exact", "type": "person"}
//     group:    {"type": "AND" or "OR", "values": [property or group, ...]}
//     step:     {"event", "url", "url_matching", "properties", "selector", "tag_name", "href", "href_matching", "text",
//                "text_matching"}
//
// An event matches if every global property does and, where there are any, one of the events or actions. docs/rules.md
// has all types and operators. The tokens are those that HogQL's compiler gives for the filter (PostHog/posthog,
// posthog/cdp/filters.py and posthog/hogql/property.py), so that other HogVMs run them, too.
//
// A property of type "hogql" is an expression of its own. Text needs a compiler, which this is not: what the compiler
// made of the text stands beside it, {"type": "hogql", "key": "1 < 2", "bytecode": ["_H", 1, 33, 2, 33, 1, 15]}.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include <hogvm/program.h>
#include <hogvm/standard_library.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// A filter that can't be compiled. The message names the property, its operator and what to do about it.
class FilterError : public std::exception {
  public:
    FilterError(std::string where, std::string what) : pointer(std::move(where)), message(std::move(what)) {
        text_ = pointer.empty() ? message : message + " (at " + pointer + ")";
    }
    const char* what() const noexcept override { return text_.c_str(); }

    /// Where in the filter, as a JSON pointer (RFC 6901). Of an error in the options, where in their JSON:
    /// "/testAccountProperties/0/value". Of one inside a cohort, the property that names the cohort.
    std::string pointer;
    std::string message;

  private:
    std::string text_;
};

/// What a filter's meaning depends on beside the filter itself.
struct FilterOptions {
    struct PathRule {
        std::string regex;  // RE2
        std::string alias;  // what each match is replaced by, as it is
    };

    /// What a filter with "filter_test_accounts" demands first: an array of properties and groups.
    boost::json::array test_account_properties;
    /// Definitions by id: a group, `{"properties": group}` or `{"filters": {"properties": group}}`; "is_static" is
    /// looked at. Cohorts are inlined, so all their leaves must be properties of the person, or such cohorts.
    boost::json::object cohorts;
    /// The properties whose values are booleans, for which "true" and "false" mean those: `key` for properties of any
    /// type, or `type.key` such as "person.is_admin" and "group_0.is_customer".
    std::set<std::string, std::less<>> boolean_properties;
    /// The events whose properties are nested: a dot in a key leads into the object before it.
    std::set<std::string, std::less<>> nested_property_events = {"$activity_log_entry_created"};
    /// For the operator is_cleaned_path_exact, applied in this order.
    std::vector<PathRule> path_cleaning;
    /// The most bytes that a program's tokens may take as JSON. Cohorts that include others can multiply.
    std::size_t max_size = 16u * 1024 * 1024;

    /// From JSON, all members optional, and in snake case as well:
    ///
    ///     {"testAccountProperties": [property, ...],
    ///      "cohorts": {"5": definition, ...} or [{"id": 5, ...}, ...],
    ///      "booleanProperties": ["is_admin", "person.is_admin"] or {"person": ["is_admin"], "group_0": [...]},
    ///      "nestedPropertyEvents": ["$activity_log_entry_created"],
    ///      "pathCleaning": [{"regex": "/users/\\d+", "alias": "/users/:id"}]}
    ///
    /// Throws FilterError.
    static FilterOptions from_json(const boost::json::value& json);
};

/// The tokens of `filter`, from "_H" on. Throws FilterError.
boost::json::array filter_bytecode(const boost::json::value& filter, const FilterOptions& options = {});

/// The program of `filter`. Throws FilterError.
std::shared_ptr<const Program> compile_filter(const boost::json::value& filter, const FilterOptions& options = {},
                                              const Library& library = standard_library());

}  // namespace hogvm
HOGVM_PUBLIC_END
