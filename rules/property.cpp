#include "property.h"

#include "elements.h"
#include "fields.h"
#include "members.h"
#include "operators.h"

namespace hogvm::rules {
namespace json = boost::json;
namespace {

/// The test of `value`, which stands at `at`: the property's value, or an item of it.
Expression single_test(const Property& property, const Field& field, const json::value& value, const Place& at) {
    if (is_selecting(property)) return selecting_expression(property, value, at);
    return field.any(property.op.test(property.op, field.value, {property, at, value}));
}

Expression list_test(const Property& property, const Field& field, const json::array& list, const Place& at) {
    using enum Operator::Lists;
    const Operator& op = property.op;
    if (list.empty()) return constant(1);
    const bool is_tuple = (op.lists == Tuple || op.lists == NoTuple) && !field.is_element && list.size() > 1;
    if (is_tuple) {
        const Opcode opcode = op.lists == Tuple ? Opcode::OP_IN : Opcode::OP_NOT_IN;
        return field.any(member_test(opcode, field.value, list, property, at));
    }
    Expressions tests;
    tests.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) tests.push_back(single_test(property, field, list[i], at / i));
    return op.is_negative() ? all_of(std::move(tests)) : any_of(std::move(tests));
}

Expression field_test(const Property& property) {
    static const json::value null;
    const Place at = property.place / "value";
    const Operator& op = property.op;
    if (property.value == nullptr && op.takes_value())
        property.fail_operator(property.place, "needs a value; give the property a \"value\"");
    const json::value& value = property.value == nullptr ? null : *property.value;
    const Field field = find_type(property.type)->field(property);
    if (value.is_array() && op.lists != Operator::Lists::Pair) return list_test(property, field, value.get_array(), at);
    if (op.takes_list() && !value.is_array())
        property.fail_operator(at, "needs a list of values, got " + excerpt(value));
    return single_test(property, field, value, at);
}

std::string_view type_of(const json::object& object, const Place& place) {
    const std::string_view type = text_member(object, "type", place);
    if (type.data() != nullptr) return type;
    const json::value* key = object.if_contains("key");
    place.fail((key == nullptr ? std::string("a property") : "property " + excerpt(*key)) +
               " has no \"type\"; give it one of " + type_names() + ", or AND or OR for a group");
}

const Operator& operator_of(const json::object& object, std::string_view key, const Place& place) {
    std::string_view name = text_member(object, "operator", place);
    if (name.data() == nullptr) name = "exact";
    const Operator* op = find_operator(name);
    if (op == nullptr) {
        (place / "operator")
            .fail("property \"" + std::string(key) + "\": there is no operator \"" + std::string(name) +
                  "\"; there are " + operator_names());
    }
    return *op;
}

void check_type(std::string_view type, std::string_view key, const Place& place, const Scope& scope) {
    const std::string name = "property \"" + std::string(key) + "\"";
    if (scope.is_cohort && type != "person" && !type.ends_with("cohort")) {
        (place / "type")
            .fail(name + " is of type \"" + std::string(type) +
                  "\", which one event can't tell; only properties of type \"person\" can be inlined");
    }
    if (find_type(type) == nullptr) {
        (place / "type")
            .fail(name + ": there is no type \"" + std::string(type) + "\"; there are " + type_names() +
                  ", and AND and OR for groups");
    }
}

Expression leaf(const json::object& object, std::string_view type, const Place& place, const Scope& scope) {
    const std::string_view key = text_member(object, "key", place);
    if (key.empty())
        place.fail("a property of type \"" + std::string(type) + "\" has no \"key\"; name the property there");
    check_type(type, key, place, scope);
    const Property property{
        object, place, scope, type, key, operator_of(object, key, place), object.if_contains("value")};
    if (auto* const expression = find_type(type)->expression; expression != nullptr) return expression(property);
    Expression test = field_test(property);
    if (!boolean_member(object, "negation", place)) return test;
    if (!scope.is_cohort) {
        property.fail(place / "negation",
                      "can't be negated here; use the opposite operator, such as is_not or not_icontains");
    }
    return negation(std::move(test));
}

}  // namespace

bool Property::is_boolean() const {
    const auto& known = scope.options.boolean_properties;
    if (known.empty()) return false;
    const std::string name(key);
    return known.contains(name) || known.contains(std::string(type) + '.' + name) ||
           (type == "group" && known.contains(group() + '.' + name));
}

std::string Property::group() const {
    const json::value* index = member(json, "group_type_index");
    if (index == nullptr || !index->is_int64() || index->get_int64() < 0) {
        fail(place / "group_type_index", "needs a \"group_type_index\" from 0 on, got " +
                                             (index == nullptr ? std::string("none") : excerpt(*index)));
    }
    return "group_" + std::to_string(index->get_int64());
}

void Property::fail(const Place& at, const std::string& message) const {
    at.fail("property \"" + std::string(key) + "\" (" + std::string(type) + ") " + message);
}
void Property::fail_operator(const Place& at, const std::string& message) const {
    at.fail("property \"" + std::string(key) + "\" (" + std::string(type) + "): operator \"" + std::string(op.name) +
            "\" " + message);
}

Expression property_expression(const json::value& value, const Place& place, const Scope& scope) {
    if (!value.is_object())
        place.fail("a property or a group is an object with \"type\", \"key\" and \"value\", got " + excerpt(value));
    const json::object& object = value.get_object();
    const std::string_view type = type_of(object, place);
    if (type != "AND" && type != "OR") return leaf(object, type, place, scope);

    if (member(object, "values") == nullptr)
        place.fail("a group of type \"" + std::string(type) + "\" has no \"values\"; list its properties there");
    const json::array& values = array_member(object, "values", place);
    if (values.empty()) return constant(1);
    const Place at = place / "values";
    Expressions parts;
    for (std::size_t i = 0; i < values.size(); ++i) parts.push_back(property_expression(values[i], at / i, scope));
    return type == "AND" ? all_of(std::move(parts)) : any_of(std::move(parts));
}

Expression properties_expression(const json::array& list, const Place& place, const Scope& scope) {
    if (list.empty()) return constant(1);
    Expressions parts;
    for (std::size_t i = 0; i < list.size(); ++i) parts.push_back(property_expression(list[i], place / i, scope));
    return all_of(std::move(parts));
}

}  // namespace hogvm::rules
