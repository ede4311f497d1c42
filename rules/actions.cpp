#include "actions.h"

#include <string>
#include <string_view>

#include "elements.h"
#include "members.h"
#include "text.h"

namespace hogvm::rules {
namespace json = boost::json;
namespace {

constexpr std::string_view kAutocapture = "$autocapture";

/// One step of an action, whose members that are texts may each have a second one that says how to match it.
class Step {
  public:
    Step(const json::object& json, const Place& place, const Scope& scope)
        : json_(json), place_(place), scope_(scope) {}

    Expression expression() {
        const std::string_view event = text_of("event");
        if (!event.empty()) tests_.push_back(compare(Opcode::OP_EQ, global({"event"}), text(event)));
        if (event == kAutocapture) add_element_tests();
        if (const auto url = text_of("url"); !url.empty())
            tests_.push_back(matching(global({"properties", "$current_url"}), "url", "contains", Opcode::OP_LIKE));
        const json::array& properties = array_member(json_, "properties", place_);
        if (!properties.empty()) tests_.push_back(properties_expression(properties, place_ / "properties", scope_));
        return tests_.empty() ? constant(true) : all_of(std::move(tests_));
    }

  private:
    std::string_view text_of(std::string_view name) const { return text_member(json_, name, place_); }
    bool has(std::string_view name) const { return text_of(name).data() != nullptr; }
    static Expression text(std::string_view value) { return constant(json::string(value)); }

    void add_element_tests() {
        if (const auto selector = text_of("selector"); !selector.empty())
            tests_.push_back(selector_expression(selector, place_ / "selector"));
        if (has("tag_name")) tests_.push_back(tag_expression(text_of("tag_name"), place_ / "tag_name"));
        if (has("href")) tests_.push_back(matching(global({"elements_chain_href"}), "href", "exact", Opcode::OP_ILIKE));
        if (has("text")) tests_.push_back(any_text(matching(argument(), "text", "exact", Opcode::OP_ILIKE)));
    }

    /// Whether `subject` is what the member `name` wants.
    Expression matching(const Expression& subject, const std::string& name, std::string_view usual, Opcode contains) {
        const std::string_view wanted = text_of(name);
        std::string_view how = text_of(name + "_matching");
        if (how.data() == nullptr) how = usual;
        if (how == "exact") return compare(Opcode::OP_EQ, subject, text(wanted));
        if (how == "contains") return compare(contains, subject, text(containing(wanted)));
        if (how != "regex") {
            (place_ / (name + "_matching"))
                .fail("there is no matching \"" + std::string(how) + "\"; there are exact, contains and regex");
        }
        if (const std::string reason = refusal(wanted); !reason.empty())
            (place_ / name).fail("the step's \"" + name + "\" needs a pattern that RE2 takes: " + reason);
        return compare(Opcode::OP_REGEX, subject, text(wanted));
    }

    const json::object& json_;
    const Place& place_;
    const Scope& scope_;
    Expressions tests_;
};

}  // namespace

Expression action_expression(const json::object& action, const Place& place, const Scope& scope) {
    if (member(action, "steps") == nullptr) {
        const json::value* id = action.if_contains("id");
        place.fail("action " + (id == nullptr ? std::string("without id") : excerpt(*id)) +
                   " has no \"steps\"; give it those of its definition");
    }
    const json::array& steps = array_member(action, "steps", place);
    if (steps.empty()) return constant(true);
    const Place at = place / "steps";
    Expressions alternatives;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Place step_at = at / i;
        if (!steps[i].is_object()) step_at.fail("a step is an object, got " + excerpt(steps[i]));
        alternatives.push_back(Step(steps[i].get_object(), step_at, scope).expression());
    }
    return any_of(std::move(alternatives));
}

}  // namespace hogvm::rules
