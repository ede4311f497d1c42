#include "cohorts.h"

#include <algorithm>

#include "members.h"
#include "operators.h"

namespace hogvm::rules {
namespace json = boost::json;
namespace {

/// A part of a definition, and where it is.
struct Part {
    const json::value& json;
    const Place& place;
};

/// Whether there is any property in these groups.
bool has_leaf(const json::value& value, const Place& place) {
    const json::array* values = value.if_array();
    if (const json::object* group = value.if_object(); group != nullptr) {
        const json::value* inner = member(*group, "values");
        if (inner == nullptr || !inner->is_array() || group->contains("key")) return true;
        values = &inner->get_array();
    }
    if (values == nullptr) return true;
    for (std::size_t i = 0; i < values->size(); ++i) {
        if (has_leaf((*values)[i], place / i)) return true;
    }
    return false;
}

Expression group_expression(const json::value& group, const Place& place, const Scope& scope) {
    if (!has_leaf(group, place)) place.fail("it is empty, so it says of nobody whether they are in it");
    if (group.is_array()) return properties_expression(group.get_array(), place, scope);
    return property_expression(group, place, scope);
}

/// A definition in any of its forms: as it is stored, with its properties in "filters", or the group alone.
Expression definition_expression(const json::value& definition, const Place& place, const Scope& scope) {
    const json::object* object = definition.if_object();
    if (object == nullptr) place.fail("its definition must be an object, got " + excerpt(definition));
    if (boolean_member(*object, "is_static", place))
        place.fail("it is static, a list of people, which one event can't tell");
    if (const json::value* filters = member(*object, "filters"); filters != nullptr)
        return definition_expression(*filters, place / "filters", scope);
    if (const json::value* properties = member(*object, "properties"); properties != nullptr)
        return group_expression(*properties, place / "properties", scope);
    if (member(*object, "values") == nullptr) place.fail("it is empty: its definition has no \"properties\"");
    return group_expression(definition, place, scope);
}

std::string id_of(const Property& property) {
    const Place at = property.place / "value";
    const json::value* value = property.value;
    if (value != nullptr && value->is_array() && value->get_array().size() == 1) value = &value->get_array().front();
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    if (value != nullptr && value->is_int64()) return std::to_string(value->get_int64());
    property.fail(at, "needs the id of one cohort as its value, got " +
                          (value == nullptr ? std::string("none") : excerpt(*value)));
}

}  // namespace

Expression Cohorts::expression(const std::string& id, const Property& property) {
    const auto found = compiled_.find(id);
    if (found != compiled_.end()) return found->second;
    const Place at = property.place / "value";
    if (std::find(under_way_.begin(), under_way_.end(), id) != under_way_.end()) {
        std::string path;
        for (const std::string& outer : under_way_) path += outer + ", ";
        property.fail(at,
                      "names cohort " + id + " inside itself (" + path + id + "); take one of them out of the other");
    }
    under_way_.push_back(id);
    Expression expression = compile(id, property);
    under_way_.pop_back();
    return compiled_.emplace(id, std::move(expression)).first->second;
}

Expression Cohorts::compile(const std::string& id, const Property& property) {
    const Place at = property.place / "value";
    const json::value* definition = property.scope.options.cohorts.if_contains(id);
    if (definition == nullptr)
        property.fail(at, "names cohort " + id + ", which is unknown; give its definition in the option \"cohorts\"");
    const Scope scope{property.scope.options, *this, false, true};
    try {
        return definition_expression(*definition, Place(at.depth()), scope);
    } catch (const FilterError& error) {
        property.fail(at, "names cohort " + id + ", which can't be inlined: " + error.what());
    }
}

Expression cohort_expression(const Property& property) {
    const std::string_view op = property.op.name;
    if (op != "exact" && op != "in" && op != "not_in")
        property.fail_operator(property.place / "operator", "says nothing about a cohort; use in or not_in");
    const bool is_negated = boolean_member(property.json, "negation", property.place) || op == "not_in";
    Expression definition = property.scope.cohorts.expression(id_of(property), property);
    return is_negated ? negation(std::move(definition)) : definition;
}

}  // namespace hogvm::rules
