// A table from a field's values to the branches that they lead to, by Hog's = and IN.
//
// = converts: a string equals the number that it spells, a boolean the numbers 0 and 1, and a string is true if it says
// "true" and false otherwise. IN converts nothing. What is looked up is what could be equal; who finds it checks.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <hogvm/hash.h>
#include <hogvm/value.h>

namespace hogvm::matching {

class Table {
  public:
    explicit Table(std::uint32_t field) : field_(field) {}

    /// The node of the field.
    std::uint32_t field() const { return field_; }
    /// Whether `constant` can be a key: a number, a boolean or a string.
    static bool can_hold(Value constant);
    /// Text is only referred to.
    void add(Value constant, bool is_loose, std::uint32_t branch);

    template <typename Visit>
    void look_up(Value v, Visit&& visit) const {
        if (v.is_string()) {
            look_up_text(v, visit);
        } else if (v.is_number()) {
            look_up_number(v.as_number(), visit);
        } else if (v.is(Type::Bool)) {
            look_up_bool(v.as_bool(), visit);
        }
    }

  private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    /// The branches of a constant that is compared by = and by IN.
    struct Targets {
        std::uint32_t loose = kNone;
        std::uint32_t strict = kNone;
    };

    template <typename Map, typename Key, typename Visit>
    static void visit_loose(const Map& map, const Key& key, Visit& visit) {
        if (map.empty()) return;
        if (const auto found = map.find(key); found != map.end()) visit_one(found->second.loose, visit);
    }
    template <typename Visit>
    static void visit_one(std::uint32_t branch, Visit& visit) {
        if (branch != kNone) visit(branch);
    }
    template <typename Visit>
    static void visit_both(Targets targets, Visit& visit) {
        visit_one(targets.loose, visit);
        visit_one(targets.strict, visit);
    }

    template <typename Visit>
    void look_up_text(Value v, Visit& visit) const {
        if (const auto found = texts_.find(v.as_text()); found != texts_.end()) visit_both(found->second, visit);
        if (!numbers_.empty()) visit_loose(numbers_, number_of(v.as_text()), visit);
        visit_one(booleans_[v.as_text() == "true" ? 1 : 0].loose, visit);
    }
    template <typename Visit>
    void look_up_number(double d, Visit& visit) const {
        if (const auto found = numbers_.find(d); found != numbers_.end()) visit_both(found->second, visit);
        if (const auto found = texts_by_number_.find(d); found != texts_by_number_.end())
            for (const std::uint32_t branch : found->second) visit(branch);
        if (d == 0) visit_one(booleans_[0].loose, visit);
        if (d == 1) visit_one(booleans_[1].loose, visit);
    }
    template <typename Visit>
    void look_up_bool(bool b, Visit& visit) const {
        visit_both(booleans_[b ? 1 : 0], visit);
        visit_loose(numbers_, b ? 1.0 : 0.0, visit);
        if (b) return visit_loose(texts_, std::string_view("true"), visit);
        for (const std::uint32_t branch : untrue_texts_) visit(branch);
    }

    static double number_of(std::string_view text);

    std::uint32_t field_;
    KeyedMap<std::string_view, Targets> texts_;
    KeyedMap<double, Targets> numbers_;
    Targets booleans_[2];
    KeyedMap<double, std::vector<std::uint32_t>> texts_by_number_;  // those that = compares
    std::vector<std::uint32_t> untrue_texts_;                       // likewise: those that are not "true"
};

}  // namespace hogvm::matching
