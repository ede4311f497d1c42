#include "fields.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "cohorts.h"
#include "elements.h"
#include "spliced.h"

namespace hogvm::rules {
namespace {

std::string text(std::string_view view) { return std::string(view); }

/// The keys of `properties.<key>`, where dots may be paths.
std::vector<std::string> event_path(const Property& property) {
    std::vector<std::string> path = {"properties"};
    std::string_view key = property.key;
    if (property.scope.dots_are_paths) {
        for (auto dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.')) {
            path.emplace_back(key.substr(0, dot));
            key.remove_prefix(dot + 1);
        }
    }
    path.emplace_back(key);
    return path;
}

bool is_list_of_exceptions(const Property& property) {
    constexpr std::array kKeys = {"$exception_types", "$exception_values", "$exception_sources",
                                  "$exception_functions"};
    return property.type == "event" && std::find(kKeys.begin(), kKeys.end(), property.key) != kKeys.end();
}

Field event_field(const Property& property) {
    if (property.key == "$elements_chain") return {global({"elements_chain"}), nullptr};
    const Expression field = global(event_path(property));
    if (!is_list_of_exceptions(property)) return {field, nullptr};
    return {argument(), call("JSONExtract", {if_null(field, constant("")), constant("Array(String)")})};
}

Field metadata_field(const Property& property) { return {global({text(property.key)}), nullptr}; }
Field person_field(const Property& property) { return {global({"person", "properties", text(property.key)}), nullptr}; }
Field group_field(const Property& property) {
    return {global({property.group(), "properties", text(property.key)}), nullptr};
}
Field session_field(const Property& property) { return {global({"session", text(property.key)}), nullptr}; }
Field variable_field(const Property& property) { return {global({"variables", text(property.key)}), nullptr}; }

/// Flags are decided elsewhere.
Expression flag_expression(const Property&) { return constant(1); }

constexpr PropertyType kTypes[] = {
    {"event", event_field, nullptr},
    {"feature", event_field, nullptr},
    {"event_metadata", metadata_field, nullptr},
    {"person", person_field, nullptr},
    {"group", group_field, nullptr},
    {"session", session_field, nullptr},
    {"workflow_variable", variable_field, nullptr},
    {"element", element_field, nullptr},
    {"hogql", nullptr, spliced_expression},
    {"cohort", nullptr, cohort_expression},
    {"static-cohort", nullptr, cohort_expression},
    {"precalculated-cohort", nullptr, cohort_expression},
    {"dynamic-cohort", nullptr, cohort_expression},
    {"flag", nullptr, flag_expression},
};

}  // namespace

Expression Field::any(Expression test) const {
    if (array == nullptr) return test;
    return call("arrayExists", {lambda(std::move(test)), array});
}

const PropertyType* find_type(std::string_view name) {
    for (const PropertyType& type : kTypes) {
        if (type.name == name) return &type;
    }
    return nullptr;
}

std::string type_names() {
    std::string names;
    for (const PropertyType& type : kTypes) names.append(names.empty() ? "" : ", ").append(type.name);
    return names;
}

}  // namespace hogvm::rules
