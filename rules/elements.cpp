#include "elements.h"

#include <algorithm>
#include <array>
#include <string>

#include "members.h"
#include "operators.h"
#include "selector.h"
#include "text.h"

namespace hogvm::rules {
namespace json = boost::json;
namespace {

Expression text(const std::string& value) { return constant(json::string(value)); }

/// The tags that elements_chain_elements has.
bool is_listed(std::string_view tag) {
    constexpr std::array kListed = {"a", "button", "form", "input", "select", "textarea", "label"};
    return std::find(kListed.begin(), kListed.end(), tag) != kListed.end();
}

/// One of the selectors that commas separate: the pattern, after what is quicker to ask and needed, too.
Expression complex_expression(const selector::Complex& wanted) {
    Expressions tests;
    Expressions tags;
    for (const selector::Compound& part : wanted) {
        for (const std::string& id : part.ids) {
            tests.push_back(
                compare(Opcode::OP_GT, call("indexOf", {global({"elements_chain_ids"}), text(id)}), constant(0)));
        }
        if (is_listed(part.tag)) tags.push_back(text(part.tag));
    }
    if (wanted.size() == 1 && wanted[0].is_only_id()) return tests[0];
    if (!tags.empty()) {
        Expression is_tag = lambda(compare(Opcode::OP_IN, argument(), array(std::move(tags))));
        tests.push_back(
            compare(Opcode::OP_GT, call("arrayCount", {is_tag, global({"elements_chain_elements"})}), constant(0)));
    }
    const std::string pattern = selector::pattern(wanted);
    if (const std::string reason = refusal(pattern); !reason.empty()) throw selector::SyntaxError{reason};
    tests.insert(tests.begin(), compare(Opcode::OP_REGEX, global({"elements_chain"}), text(pattern)));
    return all_of(std::move(tests));
}

}  // namespace

Field element_field(const Property& property) {
    if (property.key == "href") return {global({"elements_chain_href"}), nullptr, true};
    if (property.key == "text") return {argument(), global({"elements_chain_texts"}), true};
    if (is_selecting(property)) return {nullptr, nullptr, true};
    property.fail(property.place / "key", "is none that elements have; there are href, text, selector and tag_name");
}

bool is_selecting(const Property& property) {
    return property.type == "element" && (property.key == "selector" || property.key == "tag_name");
}

Expression selecting_expression(const Property& property, const json::value& value, const Place& place) {
    const std::string_view op = property.op.name;
    if (op != "exact" && op != "is_not")
        property.fail_operator(property.place / "operator", "says nothing about a selection; use exact or is_not");
    if (!value.is_string()) property.fail_operator(place, "needs text here, got " + excerpt(value));
    const std::string_view wanted = value.get_string();
    Expression test = property.key == "selector" ? selector_expression(wanted, place) : tag_expression(wanted, place);
    return op == "is_not" ? negation(std::move(test)) : test;
}

Expression tag_expression(std::string_view tag, const Place& place) {
    const std::string pattern = "(^|;)" + std::string(tag) + "(\\.|$|;|:)";
    if (const std::string reason = refusal(pattern); !reason.empty())
        place.fail("\"" + std::string(tag) + "\" can't be the name of a tag: " + reason);
    return compare(Opcode::OP_REGEX, global({"elements_chain"}), text(pattern));
}

Expression selector_expression(std::string_view selector, const Place& place) {
    Expressions alternatives;
    try {
        for (const selector::Complex& wanted : selector::parse(selector))
            alternatives.push_back(complex_expression(wanted));
    } catch (const selector::SyntaxError& error) {
        place.fail("selector " + excerpt(json::string(selector)) + ": " + error.message);
    }
    return any_of(std::move(alternatives));
}

Expression any_text(Expression test) {
    return call("arrayExists", {lambda(std::move(test)), global({"elements_chain_texts"})});
}

}  // namespace hogvm::rules
