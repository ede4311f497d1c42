// From the JSON of definitions to Definitions. What is wrong is reported where it is; what posthog-node would make of
// it decides how the rest goes on.
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>

#include <hogvm/convert.h>
#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>

#include "clauses.h"
#include "cycles.h"
#include "definitions.h"
#include "javascript_value.h"

namespace hogvm::flags {
namespace {

bool is_truthy_object(Value v) { return v.is(Type::Object); }
bool is_absent(Value v) { return v.is_nullish(); }

/// What posthog-node gives for a payload, as JSON text: text that parses is what it parses to, other text is itself.
std::string payload_text(Value payload) {
    if (!javascript::to_boolean(payload)) return {};
    std::string text;
    if (payload.is_string()) {
        Heap heap;
        try {
            Value parsed = as_javascript(json::parse(payload.as_text(), heap), heap);
            json::write(parsed, text);
            return text == "null" ? std::string() : text;
        } catch (const json::ParseError&) {
        } catch (const Failure&) {  // nested too deeply to be parsed
        }
        text.clear();
    }
    json::write(payload, text);
    return text;
}

class Loader {
  public:
    Loader(Value json, const FlagOptions& options, Heap& heap)
        : json_(json),
          heap_(heap),
          made_(std::make_shared<Definitions>()),
          options_(test_options(options)),
          compiler_(*made_, member(json, "cohorts", heap), options_, heap) {}

    std::shared_ptr<const Definitions> load() {
        freeze(json_);  // threads share it
        const Value flags = member(json_, "flags", heap_);
        if (!flags.is(Type::Array)) throw LoadError("flags: the definitions are no object with a list \"flags\"");
        index_keys(flags.as_array()->values());
        for (std::size_t i = 0; i < made_->flags.size(); ++i)
            load_flag(made_->flags[i], sources_[i], below(pointers_[i], "filters"));
        compiler_.finish();
        report_cycles();
        compiler_.report_unlisted();
        made_->size = size();
        return std::move(made_);
    }

  private:
    PropertyTest::Options test_options(const FlagOptions& options) const {
        const Value version = member(json_, "property_matching_version", heap_);
        return {.is_version_2 = version.is_number() && version.as_number() == 2, .zone = LocalZone(options.local_zone)};
    }

    void report_cycles() {
        const Cycles cycles = find_cycles(*made_);
        for (const std::uint32_t flag : cycles.flags) {
            compiler_.report(made_->flags[flag].key, below(pointers_[flag], "filters"),
                             "the flag depends on itself, by way of its dependencies");
        }
        for (const std::uint32_t clause : cycles.clauses) compiler_.report_cycle(clause);
    }

    std::size_t size() const {
        std::size_t size = made_->flags.size();
        for (const Flag& flag : made_->flags) size += flag.conditions.size();
        for (const Clause& clause : made_->clauses) size += clause.programs.size();
        return size;
    }

    Value get(Value object, std::string_view key) const { return member(object, key, heap_); }

    /// Of flags with one key the last counts, in the place of the first.
    void index_keys(std::span<const Value> flags) {
        KeyedMap<std::string_view, std::size_t> places;
        const Pointer all = below({}, "flags");
        for (std::size_t i = 0; i < flags.size(); ++i) {
            const Pointer pointer = below(all, i);
            const Value key = get(flags[i], "key");
            if (!key.is_string()) {
                compiler_.report({}, pointer, "a flag is an object with a text as its key; this is ignored");
                continue;
            }
            const auto [place, is_new] = places.try_emplace(key.as_text(), sources_.size());
            if (is_new) {
                sources_.push_back(flags[i]);
                pointers_.push_back(pointer);
            } else {
                compiler_.report(place->first, pointers_[place->second],
                                 "there is another flag of this key; the last counts");
                sources_[place->second] = flags[i];
                pointers_[place->second] = pointer;
            }
        }
        made_->flags.resize(sources_.size());
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            made_->flags[i].key = get(sources_[i], "key").as_text();
            made_->by_key.emplace(made_->flags[i].key, static_cast<std::uint32_t>(i));
        }
    }

    void malformed(Flag& flag, const Pointer& pointer, std::string_view message) {
        flag.is_malformed = true;
        compiler_.report(flag.key, pointer, message);
    }

    void load_flag(Flag& flag, Value source, const Pointer& pointer) {
        flag.is_active = javascript::to_boolean(get(source, "active"));
        flag.has_continuity = javascript::to_boolean(get(source, "ensure_experience_continuity"));
        const Value filters = get(source, "filters");
        if (javascript::to_boolean(filters) && !is_truthy_object(filters))
            compiler_.report(flag.key, pointer, "the filters are no object; they count as none");
        const Value group = get(filters, "aggregation_group_type_index");
        load_bucketing(flag, source, group, below(pointer, "aggregation_group_type_index"));
        load_variants(flag, get(get(filters, "multivariate"), "variants"),
                      below(below(pointer, "multivariate"), "variants"));
        load_holdout(flag, get(filters, "holdout"));
        load_payloads(flag, get(filters, "payloads"));
        flag.early_exit = javascript::to_boolean(get(filters, "early_exit"));
        load_conditions(flag, get(filters, "groups"), group, below(pointer, "groups"));
    }

    void load_bucketing(Flag& flag, Value source, Value group, const Pointer& pointer) {
        const Value identifier = get(source, "bucketing_identifier");
        if (identifier.is_string() && identifier.as_text() == "device_id") flag.bucketing = Flag::Bucketing::DeviceId;
        if (is_absent(group)) return;
        const std::int32_t index = group_type(group);
        flag.bucketing = index >= 0 ? Flag::Bucketing::Group : Flag::Bucketing::UnknownGroup;
        if (index >= 0) {
            flag.group = static_cast<std::uint32_t>(index);
        } else {
            flag.is_unsupported = true;
            compiler_.report(flag.key, pointer, "this group type is not in the definitions' group_type_mapping");
        }
    }

    /// The place of a group type in `group_types`; negative if it is unknown.
    std::int32_t group_type(Value index) {
        const Value mapping = get(json_, "group_type_mapping");
        if (!mapping.is(Type::Object)) return Condition::kUnknownGroup;
        const Entry* name = heap_.find(mapping.as_dict(), javascript::to_string(index));
        if (name == nullptr || !javascript::to_boolean(name->value)) return Condition::kUnknownGroup;
        const auto [known, is_new] = group_types_.try_emplace(name);
        if (is_new) {
            auto& types = made_->group_types;
            const auto [place, is_first] = group_names_.try_emplace(javascript::to_string(name->value), types.size());
            if (is_first) types.push_back(place->first);
            known->second = static_cast<std::int32_t>(place->second);
        }
        return known->second;
    }

    void load_variants(Flag& flag, Value variants, const Pointer& pointer) {
        variants_.clear();
        if (!javascript::to_boolean(variants)) return;
        if (!variants.is(Type::Array)) return malformed(flag, pointer, "the variants are no list");
        double from = 0;
        double taken = 0;
        const auto all = variants.as_array()->values();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Value key = get(all[i], "key");
            if (!key.is_string())
                return malformed(flag, below(pointer, i), "a variant is an object with a text as its key");
            const Value percentage = get(all[i], "rollout_percentage");
            const double to = from + javascript::to_number(percentage) / 100;
            if (std::isnan(to) && !std::isnan(from)) {
                compiler_.report(flag.key, below(pointer, i),
                                 "the variant has no rollout_percentage: it and those after it are never chosen");
            }
            if (to > taken) taken = to;
            const auto first = variants_.try_emplace(key.as_text(), static_cast<std::uint32_t>(i)).first->second;
            flag.variants.push_back({std::string(key.as_text()), taken, first});
            from = to;
        }
    }

    void load_holdout(Flag& flag, Value holdout) {
        const Value id = get(holdout, "id");
        const Value percentage = get(holdout, "exclusion_percentage");
        if (is_absent(id) || is_absent(percentage)) return;
        const double number = javascript::to_number(percentage);
        if (!std::isfinite(number)) return;
        flag.has_holdout = true;
        flag.holdout = std::min(std::max(number, 0.0), 100.0) / 100;
        flag.holdout_value = "holdout-" + javascript::to_string(id);
    }

    void load_payloads(Flag& flag, Value payloads) {
        flag.payload = payload_text(get(payloads, "true"));
        for (const auto& [key, first] : variants_) flag.variants[first].payload = payload_text(get(payloads, key));
        if (flag.has_holdout) flag.holdout_payload = payload_text(get(payloads, flag.holdout_value));
    }

    void load_conditions(Flag& flag, Value groups, Value flag_group, const Pointer& pointer) {
        if (!javascript::to_boolean(groups)) return;
        if (!groups.is(Type::Array)) return malformed(flag, pointer, "the conditions (\"groups\") are no list");
        const auto all = groups.as_array()->values();
        for (std::size_t i = 0; i < all.size(); ++i)
            flag.conditions.push_back(condition(flag, all[i], flag_group, below(pointer, i)));
    }

    Condition condition(Flag& flag, Value source, Value flag_group, const Pointer& pointer) {
        Condition made;
        if (!source.is(Type::Object)) {
            compiler_.report(flag.key, pointer, "this condition is no object");
            made.clause = compiler_.malformed_condition();
            flag.is_unsupported = true;
            return made;
        }
        const Value rollout = get(source, "rollout_percentage");
        made.has_rollout = !is_absent(rollout);
        if (made.has_rollout) made.rollout = javascript::to_number(rollout) / 100;
        const Value variant = get(source, "variant");
        if (variant.is_string() && !variant.as_text().empty()) {
            const auto named = variants_.find(variant.as_text());
            if (named != variants_.end()) made.variant = static_cast<ValueCode>(named->second);
        }
        const Value group = get(source, "aggregation_group_type_index");
        if (!is_absent(group) && !javascript::strictly_equal(group, flag_group)) {
            made.group = group_type(group);
            if (made.group < 0) {
                compiler_.report(
                    flag.key, below(pointer, "aggregation_group_type_index"),
                    "this group type is not in the definitions' group_type_mapping: the condition never matches");
            }
        }
        const Value properties = get(source, "properties");
        made.clause = compiler_.condition(properties, flag.key, below(pointer, "properties"));
        if (properties.is(Type::Array)) {
            for (const Value property : properties.as_array()->values())
                flag.is_unsupported = flag.is_unsupported || compiler_.is_unsupported(property);
        }
        return made;
    }

    Value json_;
    Heap& heap_;
    std::shared_ptr<Definitions> made_;
    PropertyTest::Options options_;
    ClauseCompiler compiler_;
    std::vector<Value> sources_;  // of each flag
    std::vector<Pointer> pointers_;
    KeyedMap<std::string_view, std::uint32_t> variants_;          // of the flag that is loaded: the first of each key
    std::unordered_map<const Entry*, std::int32_t> group_types_;  // by their entries in the mapping ...
    KeyedMap<std::string, std::size_t> group_names_;              // ... and by their names
};

std::shared_ptr<const Definitions> load_value(Value json, const FlagOptions& options, Heap& heap) {
    if (!json.is(Type::Object)) throw LoadError("flags: the definitions are no object with a list \"flags\"");
    return Loader(as_javascript(json, heap), options, heap).load();
}

}  // namespace

std::shared_ptr<const Definitions> load(const boost::json::value& json, const FlagOptions& options) {
    Heap heap;
    try {
        return load_value(json::from_boost(json, heap), options, heap);
    } catch (const Failure& e) {
        throw LoadError("flags: " + e.message);
    }
}

std::shared_ptr<const Definitions> load(std::string_view json, const FlagOptions& options) {
    Heap heap;
    try {
        return load_value(json::parse(json, heap), options, heap);
    } catch (const json::ParseError& e) {
        throw LoadError("flags: the definitions are no JSON: " + e.message);
    } catch (const Failure& e) {
        throw LoadError("flags: " + e.message);
    }
}

}  // namespace hogvm::flags
