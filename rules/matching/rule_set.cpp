#include <hogvm/rule_set.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include <boost/json.hpp>

#include <hogvm/hash.h>
#include <hogvm/json.h>

#include "explain.h"
#include "matcher.h"
#include "published.h"
#include "rule.h"
#include "segment.h"

namespace hogvm {

using namespace matching;

RuleError::RuleError(std::string rule, std::string where, std::string what)
    : id(std::move(rule)), pointer(std::move(where)), message(std::move(what)) {
    if (!id.empty()) text_ = "rule \"" + id + "\": ";
    text_ += message;
    if (!pointer.empty()) text_ += " (at " + pointer + ")";
}

const char* name_of(Explanation::Outcome outcome) {
    switch (outcome) {
        case Explanation::Outcome::Matched: return "matched";
        case Explanation::Outcome::NotMatched: return "not_matched";
        case Explanation::Outcome::Failed: return "failed";
        default: return "disabled";
    }
}

namespace {

boost::json::value parsed(std::string_view text, const char* what) {
    Heap heap;
    try {
        return json::to_boost(json::parse(text, heap));
    } catch (const json::ParseError& error) {
        throw RuleError("", "", std::string(what) + ": not JSON: " + error.message);
    } catch (const Failure& error) {
        throw RuleError("", "", std::string(what) + ": " + error.message);
    }
}

}  // namespace

// The rules lie in segments, of which each is larger than all that come after it, so that there are few, and a rule is
// built into a new segment no more often than the logarithm of their number. What a segment no longer has is marked
// beside it.
class RuleSet::Impl {
  public:
    explicit Impl(RuleSetOptions options)
        : options_(std::move(options)),
          library_(options_.library != nullptr ? *options_.library : standard_library()),
          loader_(options_),
          published_(std::make_unique<const Snapshot>()) {}

    std::vector<RuleError> set_all(const boost::json::value& rules) {
        if (!rules.is_array()) throw RuleError("", "", "rules must be an array");
        const std::lock_guard lock(writing_);
        std::vector<RuleError> refused;
        std::vector<std::shared_ptr<Rule>> loaded;
        KeyedMap<std::string_view, std::size_t> places;
        for (std::size_t i = 0; i < rules.get_array().size(); ++i) {
            const std::string pointer = "/" + std::to_string(i);
            try {
                std::shared_ptr<Rule> rule = loader_.load(rules.get_array()[i], pointer);
                const auto [there, is_new] = places.try_emplace(rule->id, i);
                if (!is_new) {
                    throw RuleError(rule->id, pointer + "/id",
                                    "the rule at /" + std::to_string(there->second) + " has this id already");
                }
                loaded.push_back(std::move(rule));
            } catch (const RuleError& error) {
                refused.push_back(error);
            }
        }
        add(std::move(loaded));
        return refused;
    }

    void set(const boost::json::value& json) {
        const std::lock_guard lock(writing_);
        add({loader_.load(json, "")});
    }

    bool remove(std::string_view id) {
        const std::lock_guard lock(writing_);
        auto next = std::make_unique<Snapshot>(published_.latest());
        const std::optional<Snapshot::Found> found = next->find(id);
        if (!found) return false;
        forget(*next, {*found});
        publish(std::move(next));
        return true;
    }

    template <typename Read>
    Matches match(Read&& read) const {
        const auto reading = published_.read(options_);
        read(reading.workspace().event(), reading.data());
        return reading.workspace().match(reading.data());
    }

    template <typename Read>
    std::optional<Explanation> explain(std::string_view id, Read&& read) const {
        const auto reading = published_.read(options_);
        const std::optional<Snapshot::Found> found = reading.data().find(id);
        if (!found) return std::nullopt;
        read(reading.workspace().event(), reading.data());
        return matching::explain(*found->part->segment->items[found->item].rule, reading.workspace(), options_.host,
                                 library_);
    }

    std::size_t size() const { return published_.read(options_).data().size; }

    std::vector<RuleError> errors;

  private:
    void add(std::vector<std::shared_ptr<Rule>> rules) {
        if (rules.empty()) return;
        auto next = std::make_unique<Snapshot>(published_.latest());
        std::vector<Snapshot::Found> replaced;
        for (const std::shared_ptr<Rule>& rule : rules) {
            const std::optional<Snapshot::Found> found = next->find(rule->id);
            rule->order = found ? found->part->segment->items[found->item].rule->order : next_order_++;
            if (found) replaced.push_back(*found);
        }
        forget(*next, replaced);
        std::vector<std::shared_ptr<const Rule>> merged(rules.begin(), rules.end());
        // The first rules of a set make one segment; later, segments that are not larger join.
        while (!next->parts.empty()) {
            const Snapshot::Part& last = next->parts.back();
            if (last.segment->items.size() - last.gone > merged.size()) break;
            take_rules(last, merged);
            next->parts.pop_back();
        }
        next->parts.push_back({build_segment(std::move(merged), options_.host, options_.limits, library_), nullptr, 0});
        publish(std::move(next));
    }

    /// Marks items as gone. What is mostly gone is built anew.
    void forget(Snapshot& snapshot, const std::vector<Snapshot::Found>& found) {
        std::unordered_map<const Snapshot::Part*, std::vector<std::uint32_t>> gone;
        for (const Snapshot::Found& f : found) gone[f.part].push_back(f.item);
        for (Snapshot::Part& part : snapshot.parts) {
            const auto items = gone.find(&part);
            if (items == gone.end()) continue;
            std::vector<bool> marks = part.is_gone ? *part.is_gone : std::vector<bool>(part.segment->items.size());
            for (const std::uint32_t item : items->second) marks[item] = true;
            part.gone += items->second.size();  // each was there, and none is found twice
            part.is_gone = std::make_shared<const std::vector<bool>>(std::move(marks));
        }
        for (Snapshot::Part& part : snapshot.parts) {
            if (2 * part.gone <= part.segment->items.size()) continue;
            std::vector<std::shared_ptr<const Rule>> kept;
            take_rules(part, kept);
            part = {build_segment(std::move(kept), options_.host, options_.limits, library_), nullptr, 0};
        }
        std::erase_if(snapshot.parts, [](const Snapshot::Part& part) { return part.segment->items.empty(); });
    }

    static void take_rules(const Snapshot::Part& part, std::vector<std::shared_ptr<const Rule>>& rules) {
        for (std::uint32_t i = 0; i < part.segment->items.size(); ++i)
            if (part.has(i)) rules.push_back(part.segment->items[i].rule);
    }

    void publish(std::unique_ptr<Snapshot> next) {
        next->size = 0;
        next->names.clear();
        for (const Snapshot::Part& part : next->parts) {
            next->size += part.segment->items.size() - part.gone;
            next->names.insert(next->names.end(), part.segment->names.begin(), part.segment->names.end());
        }
        std::sort(next->names.begin(), next->names.end());
        next->names.erase(std::unique(next->names.begin(), next->names.end()), next->names.end());
        published_.publish(std::move(next));
    }

    const RuleSetOptions options_;
    const Library& library_;
    std::mutex writing_;
    Loader loader_;
    std::uint64_t next_order_ = 0;
    Published<Snapshot, Matcher> published_;
};

RuleSet::RuleSet(RuleSetOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
RuleSet::RuleSet(std::string_view rules_json, RuleSetOptions options)
    : RuleSet(parsed(rules_json, "rules"), std::move(options)) {}
RuleSet::RuleSet(const boost::json::value& rules, RuleSetOptions options) : RuleSet(std::move(options)) {
    impl_->errors = impl_->set_all(rules);
}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

const std::vector<RuleError>& RuleSet::errors() const { return impl_->errors; }

Matches RuleSet::match(std::string_view globals_json) const {
    return impl_->match([&](Event& event, const Snapshot&) { event.read(globals_json); });
}
Matches RuleSet::match(const boost::json::value& globals) const {
    return impl_->match([&](Event& event, const Snapshot&) { event.read(globals); });
}
Matches RuleSet::match(const Globals& globals) const {
    return impl_->match([&](Event& event, const Snapshot& rules) { event.read(globals, rules.names); });
}

std::optional<Explanation> RuleSet::explain(std::string_view id, std::string_view globals_json) const {
    return impl_->explain(id, [&](Event& event, const Snapshot&) { event.read(globals_json); });
}
std::optional<Explanation> RuleSet::explain(std::string_view id, const boost::json::value& globals) const {
    return impl_->explain(id, [&](Event& event, const Snapshot&) { event.read(globals); });
}
std::optional<Explanation> RuleSet::explain(std::string_view id, const Globals& globals) const {
    return impl_->explain(id, [&](Event& event, const Snapshot& rules) { event.read(globals, rules.names); });
}

void RuleSet::set(std::string_view rule_json) { set(parsed(rule_json, "rule")); }
void RuleSet::set(const boost::json::value& rule) { impl_->set(rule); }
std::vector<RuleError> RuleSet::set_all(const boost::json::value& rules) { return impl_->set_all(rules); }
bool RuleSet::remove(std::string_view id) { return impl_->remove(id); }
std::size_t RuleSet::size() const { return impl_->size(); }

}  // namespace hogvm
