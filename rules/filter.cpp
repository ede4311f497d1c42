#include <hogvm/filter.h>

#include <algorithm>

#include "actions.h"
#include "cohorts.h"
#include "expression.h"
#include "members.h"
#include "place.h"
#include "property.h"

namespace hogvm {
namespace json = boost::json;
namespace {

using namespace rules;

class FilterCompiler {
  public:
    FilterCompiler(const json::object& filter, const FilterOptions& options) : filter_(filter), options_(options) {}

    Expression expression() {
        Expressions parts;
        if (boolean_member(filter_, "filter_test_accounts", root_))
            append(options_.test_account_properties, root_ / "testAccountProperties", scope(false), parts);
        append(array_member(filter_, "properties", root_), root_ / "properties", scope(is_all_nested()), parts);
        if (Expressions targets = this->targets(); !targets.empty()) parts.push_back(any_of(std::move(targets)));
        return parts.empty() ? constant(true) : all_of(std::move(parts));
    }

  private:
    Scope scope(bool dots_are_paths) { return {options_, cohorts_, dots_are_paths}; }

    static void append(const json::array& properties, const Place& place, const Scope& scope, Expressions& parts) {
        for (std::size_t i = 0; i < properties.size(); ++i)
            parts.push_back(property_expression(properties[i], place / i, scope));
    }

    bool is_nested(const json::value& target) const {
        const json::object* object = target.if_object();
        const json::value* id = object == nullptr ? nullptr : object->if_contains("id");
        return id != nullptr && id->is_string() &&
               options_.nested_property_events.contains(std::string_view(id->get_string()));
    }
    bool is_all_nested() const {
        const json::array& events = array_member(filter_, "events", root_);
        const json::array& actions = array_member(filter_, "actions", root_);
        const auto nested = [this](const json::value& target) { return is_nested(target); };
        return !(events.empty() && actions.empty()) && std::all_of(events.begin(), events.end(), nested) &&
               std::all_of(actions.begin(), actions.end(), nested);
    }

    /// The events and then the actions.
    Expressions targets() {
        Expressions targets;
        for (const std::string_view kind : {"events", "actions"}) {
            const json::array& list = array_member(filter_, kind, root_);
            const Place place = root_ / kind;
            for (std::size_t i = 0; i < list.size(); ++i) targets.push_back(target(list[i], kind, place / i));
        }
        return targets;
    }

    Expression target(const json::value& json, std::string_view kind, const Place& place) {
        const bool is_action = kind == "actions";
        const std::string name = is_action ? "an action" : "an event";
        if (!json.is_object()) place.fail(name + R"( is an object with "id" and "type", got )" + excerpt(json));
        const json::object& object = json.get_object();
        if (const auto type = text_member(object, "type", place); type.data() != nullptr && type != kind)
            (place / "type").fail(name + " is of type \"" + std::string(kind) + "\", got \"" + std::string(type) + '"');
        Expression wanted =
            is_action ? action_expression(object, place, scope(false)) : event_expression(object, place);
        const json::array& properties = array_member(object, "properties", place);
        if (properties.empty()) return wanted;
        const Scope own = scope(!is_action && is_nested(json));
        return all_of({std::move(wanted), properties_expression(properties, place / "properties", own)});
    }

    static Expression event_expression(const json::object& event, const Place& place) {
        const json::value* id = event.if_contains("id");
        if (id == nullptr) place.fail("an event has no \"id\"; give it the event's name, or null for any event");
        if (id->is_null()) return constant(true);
        if (!id->is_string())
            (place / "id").fail("an event's \"id\" is its name, or null for any event, got " + excerpt(*id));
        return compare(Opcode::OP_EQ, global({"event"}), constant(*id));
    }

    const json::object& filter_;
    const FilterOptions& options_;
    const Place root_;
    Cohorts cohorts_;
};

}  // namespace

json::array filter_bytecode(const json::value& filter, const FilterOptions& options) {
    if (!filter.is_object())
        Place().fail(R"(a filter is an object with "events", "actions" and "properties", got )" + excerpt(filter));
    json::array tokens = {"_H", 1};
    try {
        append_tokens(FilterCompiler(filter.get_object(), options).expression(), options.max_size, tokens);
    } catch (const TooLarge&) {
        Place().fail("the filter's program is larger than " + std::to_string(options.max_size) +
                     " bytes; shorten its lists, or have fewer cohorts in cohorts");
    }
    return tokens;
}

std::shared_ptr<const Program> compile_filter(const json::value& filter, const FilterOptions& options,
                                              const Library& library) {
    return Program::load(filter_bytecode(filter, options), library);
}

}  // namespace hogvm
