// Rule sets: {"rules": [...], "more": [...], "events": [...]}. What a set answers is what each rule's program by itself
// says, errors included, before and after more rules have come and some have gone.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include <hogvm/hogvm.h>
#include <hogvm/json.h>
#include <hogvm/rule_set.h>

#include "check.h"
#include "running.h"

using namespace hogvm;
namespace js = boost::json;

namespace {

/// A rule's program, run alone.
struct Rule {
    std::string id;
    std::shared_ptr<const Program> program;
    bool enabled;
};

class Input {
  public:
    explicit Input(const js::value& input) : input_(input), set_(options()), vm_(fuzz::small_host()) {}

    void run() {
        add("rules");
        compare();
        add("more");
        for (std::size_t left = rules_.size() / 2; rules_.size() > left; rules_.pop_back())
            fuzz::require(set_.remove(rules_.back().id), "a rule that is there can be removed", rules_.back().id);
        compare();
    }

  private:
    static constexpr std::size_t kMostRules = 12;
    static constexpr std::size_t kMostEvents = 2;

    static RuleSetOptions options() {
        RuleSetOptions options;
        options.limits = fuzz::small_limits().limits;
        options.filters.max_size = 64 * 1024;
        options.host = fuzz::small_host();
        return options;
    }

    js::array list(const char* key) const {
        const js::value* found = input_.is_object() ? input_.get_object().if_contains(key) : nullptr;
        return found != nullptr && found->is_array() ? found->get_array() : js::array();
    }

    void add(const char* key) {
        const js::array all = list(key);
        for (std::size_t k = 0; k < std::min(all.size(), kMostRules); ++k) {
            try {
                set_.set(all[k]);
            } catch (const RuleError& e) {
                fuzz::require(!e.message.empty(), "a refusal says why");
                continue;
            }
            keep(all[k].as_object());
        }
        fuzz::require(set_.size() == rules_.size(), "the set has the rules that it took");
    }

    void keep(const js::object& json) {
        Rule rule;
        rule.id = json.at("id").as_string();
        const js::value* enabled = json.if_contains("enabled");
        rule.enabled = enabled == nullptr || !enabled->is_bool() || enabled->get_bool();
        const js::value* bytecode = json.if_contains("bytecode");
        rule.program = bytecode != nullptr && !bytecode->is_null()
                           ? Program::load(*bytecode, standard_library())
                           : compile_filter(json.at("filter"), options().filters);
        const auto there = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& r) { return r.id == rule.id; });
        if (there != rules_.end()) {
            *there = std::move(rule);
        } else {
            rules_.push_back(std::move(rule));
        }
    }

    void compare() {
        const js::array events = list("events");
        for (std::size_t k = 0; k < std::min(events.size(), kMostEvents); ++k) {
            if (!events[k].is_object()) continue;
            const std::string event = js::serialize(events[k]);
            if (!json::is_valid(event)) continue;  // of 2E308 Boost.JSON makes no JSON
            by_chance_ = false;
            const std::string alone = answer_alone(event);
            fuzz::fresh_steps();
            const std::string together = text_of(set_.match(event));
            fuzz::fresh_steps();
            const std::string parsed = text_of(set_.match(events[k]));
            if (by_chance_) continue;
            fuzz::require(together == alone, "a set answers as its rules alone do", alone, together);
            fuzz::require(parsed == alone, "of a document as of a text", alone, parsed);
            if (!rules_.empty()) set_.explain(rules_[0].id, event);
        }
    }

    std::string answer_alone(const std::string& event) {
        Matches matches;
        RunOptions run_options;
        run_options.limits = options().limits;
        for (const Rule& rule : rules_) {
            if (!rule.enabled) continue;
            fuzz::fresh_steps();
            const Outcome outcome = vm_.run(*rule.program, event, run_options);
            if (outcome.suspended()) {
                matches.failures.push_back({rule.id, {}});
            } else if (outcome.failed()) {
                matches.failures.push_back({rule.id, outcome.error});
            } else if (outcome.result.is(Type::Bool) && outcome.result.as_bool()) {
                matches.ids.push_back(rule.id);
            }
        }
        return text_of(matches);
    }

    std::string text_of(const Matches& matches) {
        std::string text = "matched:";
        for (const std::string& id : matches.ids) text += " " + id;
        for (const Matches::Failure& failure : matches.failures) {
            const Error& e = failure.error;
            // The clock's, and memory's: a rule that the index decides takes no part in limits.
            by_chance_ = by_chance_ || e.kind == ErrorKind::Timeout || e.kind == ErrorKind::Cancelled ||
                         e.kind == ErrorKind::Memory;
            const bool waits = e.message.empty() || e.message.starts_with("A rule can't wait");
            text += "\nfailed: " + failure.id + " " +
                    (waits ? "waits" : e.text() + " at " + e.chunk + ":" + std::to_string(e.ip));
        }
        return text;
    }

    const js::value& input_;
    RuleSet set_;
    Vm vm_;
    std::vector<Rule> rules_;
    bool by_chance_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    js::error_code failed;
    js::parse_options options;
    options.max_depth = 200;
    const js::value input = js::parse({reinterpret_cast<const char*>(data), size}, failed, js::storage_ptr(), options);
    if (!failed) Input(input).run();
    return 0;
}
