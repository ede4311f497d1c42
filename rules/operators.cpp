#include "operators.h"

#include <cmath>
#include <utility>

#include <hogvm/error.h>
#include <hogvm/javascript.h>

#include "members.h"
#include "path_cleaning.h"
#include "semver.h"
#include "text.h"

namespace hogvm::rules {
namespace json = boost::json;
namespace {

constexpr std::size_t kMostPathRules = 1000;

bool is_scalar(const json::value& value) { return !value.is_object() && !value.is_array(); }

/// The value as a constant that is compared for what it is.
Expression scalar(const PropertyValue& value) {
    if (!is_scalar(value.json)) {
        value.fail(std::string(value.json.is_array() ? "takes no list here" : "takes no object") + ", got " +
                   excerpt(value.json) + "; give it text, a number, a boolean or null");
    }
    if (value.json.is_double() && !std::isfinite(value.json.get_double()))
        value.fail("takes no NaN and no infinity; give it a number that JSON has");
    return constant(value.json);
}

Expression text(const Expression& subject) { return call("toString", {subject}); }

Expression test_comparison(const Operator& op, const Expression& subject, const PropertyValue& value) {
    return compare(op.opcode, subject, scalar(value));
}

/// As a comparison, but that "true" and "false" may stand for booleans.
Expression test_equality(const Operator& op, const Expression& subject, const PropertyValue& value) {
    const bool is_name = value.json.is_string() && (value.json.get_string() == "true" || value.json == "false");
    if (is_name && value.property.is_boolean()) return compare(op.opcode, subject, constant(value.json == "true"));
    return test_comparison(op, subject, value);
}

Expression test_presence(const Operator& op, const Expression& subject, const PropertyValue&) {
    return compare(op.opcode, subject, constant(nullptr));
}

Expression test_containing(const Operator& op, const Expression& subject, const PropertyValue& value) {
    const auto wanted = text_of(value.json);
    if (!wanted) value.fail("needs the text to look for, got " + excerpt(value.json));
    return compare(op.opcode, text(subject), constant(json::string(containing(*wanted))));
}

Expression test_pattern(const Operator& op, const Expression& subject, const PropertyValue& value) {
    Expression found = call("match", {text(subject), pattern_constant(value)});
    const bool negated = op.opcode == Opcode::OP_NOT_REGEX;
    return negated ? if_null(negation(std::move(found)), constant(1)) : if_null(std::move(found), constant(0));
}

/// A number, or text that is one, as its value; NaN otherwise.
double number_of(const json::value& value) {
    if (value.is_number()) return value.to_number<double>();
    if (!value.is_string() || javascript::trim(value.get_string()).empty()) return NAN;
    const double number = javascript::number_of(value.get_string());
    return std::isfinite(number) ? number : NAN;
}

Expression test_range(const Operator& op, const Expression& subject, const PropertyValue& value) {
    const json::array* bounds = value.json.if_array();
    if (bounds == nullptr || bounds->size() != 2 || std::isnan(number_of((*bounds)[0])) ||
        std::isnan(number_of((*bounds)[1])))
        value.fail("needs two numbers, the lower one first, such as [1, 10]; got " + excerpt(value.json));
    const Expression low = constant((*bounds)[0]), high = constant((*bounds)[1]);
    if (number_of((*bounds)[0]) > number_of((*bounds)[1]))
        value.fail("needs the lower number first, got " + excerpt(value.json));
    if (op.opcode == Opcode::OP_LT)
        return any_of({compare(Opcode::OP_LT, subject, low), compare(Opcode::OP_GT, subject, high)});
    return all_of({compare(Opcode::OP_GT_EQ, subject, low), compare(Opcode::OP_LT_EQ, subject, high)});
}

/// A value that is no list is refused before, except where each item of one is tested by itself.
Expression test_membership(const Operator& op, const Expression& subject, const PropertyValue& value) {
    return compare(op.opcode, subject, tuple({scalar(value)}));
}

Expression version(Expression of) { return call("sortableSemver", {std::move(of)}); }
Expression version(const std::string& of) { return version(constant(json::string(of))); }

std::string_view version_text(const PropertyValue& value) {
    if (!value.json.is_string()) value.fail("needs a version as text, such as \"1.2.3\"; got " + excerpt(value.json));
    return value.json.get_string();
}

Expression test_version(const Operator& op, const Expression& subject, const PropertyValue& value) {
    const std::string_view wanted = version_text(value);
    if (!semver::has_version(wanted))
        value.fail("needs a version with a dot in it, such as \"1.2\" or \"1.2.3\"; got " + excerpt(value.json));
    return compare(op.opcode, version(subject), version(std::string(wanted)));
}

Expression version_range(const Expression& subject, const PropertyValue& value,
                         std::optional<semver::Range> (*range_of)(std::string_view), const char* needed) {
    const auto range = range_of(version_text(value));
    if (!range) value.fail(std::string("needs ") + needed + "; got " + excerpt(value.json));
    return all_of({compare(Opcode::OP_GT_EQ, version(subject), version(range->lower)),
                   compare(Opcode::OP_LT, version(subject), version(range->upper))});
}
Expression test_tilde(const Operator&, const Expression& subject, const PropertyValue& value) {
    return version_range(subject, value, semver::tilde, R"(a version with a minor number, such as "1.2.3" or "1.2")");
}
Expression test_caret(const Operator&, const Expression& subject, const PropertyValue& value) {
    return version_range(subject, value, semver::caret, R"(a version of up to three numbers, such as "1.2.3")");
}
Expression test_wildcard(const Operator&, const Expression& subject, const PropertyValue& value) {
    return version_range(subject, value, semver::wildcard,
                         R"(one to three numbers and a star, such as "1.*" or "1.2.*")");
}

Expression test_cleaned_path(const Operator& op, const Expression& subject, const PropertyValue& value) {
    const auto& rules = value.property.scope.options.path_cleaning;
    if (rules.empty()) return test_comparison(op, subject, value);
    if (!value.json.is_string()) value.fail("needs a path as text, got " + excerpt(value.json));
    if (rules.size() > kMostPathRules)
        value.fail("takes no more than " + std::to_string(kMostPathRules) + " rules of path cleaning");
    try {
        return compare(op.opcode, cleaned_path(subject, rules),
                       constant(json::string(cleaned_path(std::string(value.json.get_string()), rules))));
    } catch (const Failure& failure) {
        value.fail("can't clean its path: " + failure.message);
    }
}

using enum Operator::Lists;
using Needs = Operator::Needs;

constexpr Operator kOperators[] = {
    {"exact", test_equality, Opcode::OP_EQ, Tuple},
    {"is_not", test_equality, Opcode::OP_NOT_EQ, NoTuple},
    {"in", test_membership, Opcode::OP_IN, Tuple, Needs::List},
    {"not_in", test_membership, Opcode::OP_NOT_IN, NoTuple, Needs::List},
    {"is_set", test_presence, Opcode::OP_NOT_EQ, Any, Needs::Nothing},
    {"is_not_set", test_presence, Opcode::OP_EQ, Any, Needs::Nothing},
    {"icontains", test_containing, Opcode::OP_ILIKE, Any},
    {"not_icontains", test_containing, Opcode::OP_NOT_ILIKE, All},
    {"regex", test_pattern, Opcode::OP_REGEX, Any},
    {"not_regex", test_pattern, Opcode::OP_NOT_REGEX, All},
    {"gt", test_comparison, Opcode::OP_GT, Any},
    {"gte", test_comparison, Opcode::OP_GT_EQ, Any},
    {"lt", test_comparison, Opcode::OP_LT, Any},
    {"lte", test_comparison, Opcode::OP_LT_EQ, Any},
    {"min", test_comparison, Opcode::OP_GT_EQ, Any},
    {"max", test_comparison, Opcode::OP_LT_EQ, Any},
    {"between", test_range, Opcode::OP_GT_EQ, Pair},
    {"not_between", test_range, Opcode::OP_LT, Pair},
    {"is_date_exact", test_equality, Opcode::OP_EQ, Any},
    {"is_date_before", test_comparison, Opcode::OP_LT, Any},
    {"is_date_after", test_comparison, Opcode::OP_GT, Any},
    {"semver_eq", test_version, Opcode::OP_EQ, Any},
    {"semver_neq", test_version, Opcode::OP_NOT_EQ, Any},
    {"semver_gt", test_version, Opcode::OP_GT, Any},
    {"semver_gte", test_version, Opcode::OP_GT_EQ, Any},
    {"semver_lt", test_version, Opcode::OP_LT, Any},
    {"semver_lte", test_version, Opcode::OP_LT_EQ, Any},
    {"semver_tilde", test_tilde, Opcode::OP_GT_EQ, Any},
    {"semver_caret", test_caret, Opcode::OP_GT_EQ, Any},
    {"semver_wildcard", test_wildcard, Opcode::OP_GT_EQ, Any},
    {"is_cleaned_path_exact", test_cleaned_path, Opcode::OP_EQ, Any},
};

}  // namespace

const Operator* find_operator(std::string_view name) {
    for (const Operator& op : kOperators) {
        if (op.name == name) return &op;
    }
    return nullptr;
}

std::string operator_names() {
    std::string names;
    for (const Operator& op : kOperators) names.append(names.empty() ? "" : ", ").append(op.name);
    return names;
}

Expression member_test(Opcode op, const Expression& subject, const json::array& items, const Property& property,
                       const Place& place) {
    Expressions constants;
    constants.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) constants.push_back(scalar({property, place / i, items[i]}));
    return compare(op, subject, tuple(std::move(constants)));
}

Expression pattern_constant(const PropertyValue& value) {
    if (!value.json.is_string()) value.fail("needs a pattern as text, got " + excerpt(value.json));
    if (const std::string reason = refusal(value.json.get_string()); !reason.empty())
        value.fail("needs a pattern that RE2 takes: " + reason);
    return constant(value.json);
}

}  // namespace hogvm::rules
