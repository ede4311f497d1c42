#include "segment.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

#include <hogvm/convert.h>
#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/vm.h>

#include "version.h"

namespace hogvm::matching {
namespace {

using Kind = Term::Kind;

constexpr std::size_t kWorthColumns = 16;     // candidates of a branch
constexpr std::size_t kFewestInColumn = 2;    // tests
constexpr std::size_t kMostInColumn = 2048;   // likewise; all are answered, though few may be asked for
constexpr std::size_t kMostListColumn = 128;  // likewise of lists, whose answers are kept for every text in them
constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kMostNames = 64;
constexpr std::size_t kFewItems = 8;     // a branch of no more is not divided
constexpr std::size_t kWorthATable = 4;  // items that a table by the event must lead to
constexpr std::size_t kWorthAnother =
    24;                                 // likewise by another field: the tests of fewer cost less than to look them up
constexpr int kDeepest = 4;             // tables on the way to an item
constexpr std::size_t kMostKeys = 256;  // of one test: beyond, the rule is in too many places
constexpr std::size_t kMostPlaces = 256;    // of an item, by all the tables on the ways to it
constexpr std::size_t kMostCopies = 16384;  // likewise, of its tests
constexpr std::size_t kLargestGroup = 128;
constexpr std::size_t kMostTests = 60000;  // of a rule

// Constants are folded while writers wait, and what takes long is evaluated for every event as well.
constexpr double kLongestFoldMs = 10;
constexpr double kFoldingMs = 50;               // of all the rules of a segment
constexpr double kFoldingMsPerRule = 0.02;      // likewise
constexpr std::int64_t kFoldMemory = 1 << 20;   // bytes that it may take
constexpr std::int64_t kLargestConstant = 512;  // bytes of what is kept

/// One of these constants must equal the field.
struct Keys {
    struct Key {
        Value constant;
        bool is_loose;
    };
    std::uint32_t field;  // node
    std::vector<Key> keys;
};

void append_token(Value v, std::string& out) {
    const auto raw = [&](const auto& bytes) { out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes); };
    out += static_cast<char>(v.type());
    if (v.is_string()) {
        raw(v.as_text().size());
        out += v.as_text();
    } else if (v.is(Type::Double)) {
        raw(v.as_double());
    } else if (v.is(Type::Int) || v.is(Type::Bool)) {
        raw(v.as_int());
    }
}

class Builder {
  public:
    Builder(std::vector<std::shared_ptr<const Rule>> rules, const Host& host, const Limits& limits,
            const Library& library)
        : host_(host), limits_(limits), library_(library) {
        static std::atomic<std::uint64_t> serials{0};
        made_ = std::make_shared<Segment>();
        made_->serial = ++serials;
        made_->heap = std::make_shared<Heap>();
        made_->items.reserve(rules.size());
        folding_ms_ = kFoldingMs + kFoldingMsPerRule * static_cast<double>(rules.size());
        for (std::shared_ptr<const Rule>& rule : rules) add(std::move(rule));
        for (auto& [names, items] : name_groups_) made_->name_groups.push_back({names, std::move(items)});
        std::vector<Placed> all;
        for (std::uint32_t i = 0; i < made_->items.size(); ++i)
            if (is_indexed_[i]) all.push_back({i, 1});
        group_few();
        add_columns();
        made_->branches.emplace_back();
        std::vector<std::uint32_t> used;
        divide(0, all, used);
        renumber();
        label_items();
    }

    std::shared_ptr<const Segment> take() { return std::move(made_); }

  private:
    // Nodes.

    const Term& term(std::uint32_t i) const { return (*reading_)[i]; }

    /// Whether the term's operands are nodes.
    static bool has_operands(const Term& e) {
        return e.kind != Kind::Constant && e.kind != Kind::Global && e.kind != Kind::List && e.kind != Kind::Code;
    }

    /// What terms of the same tokens have in common, and no others: of terms that are made of nodes these, since the
    /// tokens would take the depth of a term times its size, else the tokens.
    std::string key_of(const Term& e, std::span<const std::uint32_t> operands) const {
        std::string key{static_cast<char>(e.kind), static_cast<char>(e.op)};
        if (has_operands(e)) {
            key.append(reinterpret_cast<const char*>(operands.data()), operands.size_bytes());
        } else {
            const std::span<const Value> tokens = tokens_->values();
            for (std::uint32_t t = e.begin; t < e.end && t < tokens.size(); ++t) append_token(tokens[t], key);
        }
        return key;
    }

    /// The node of a term of the rule being added.
    std::uint32_t node(std::uint32_t i) {
        const Term& e = term(i);
        std::vector<std::uint32_t> operands;
        if (has_operands(e)) {
            operands.reserve(e.operands.size());
            for (const std::uint32_t o : e.operands) operands.push_back(node(o));
        }
        const auto [found, is_new] =
            by_key_.try_emplace(key_of(e, operands), static_cast<std::uint32_t>(made_->nodes.size()));
        if (!is_new) return found->second;
        Segment::Node made{e.kind, e.op};
        made.constant = e.constant;
        made.first_operand = static_cast<std::uint32_t>(made_->operands.size());
        made.operand_count = static_cast<std::uint32_t>(operands.size());
        made_->operands.insert(made_->operands.end(), operands.begin(), operands.end());
        switch (e.kind) {
            case Kind::Constant: break;
            case Kind::Global:
                made.detail = static_cast<std::uint32_t>(made_->paths.size());
                made_->paths.push_back(e.path);
                break;
            case Kind::List: made.detail = list(e, made.constant); break;
            case Kind::Code:
                made.detail = program(e);
                if (is_constant(i)) fold(made);
                break;
            case Kind::ToText: made.detail = program(e); break;
            case Kind::Version:
                made.detail = program(e);
                if (is_constant(i)) fold_version(made);
                break;
            case Kind::Matches:
            case Kind::Search:
                made.detail = static_cast<std::uint32_t>(made_->patterns.size());
                made_->patterns.push_back(pattern_of(e));
                break;
            default: take_shortcut(made);
        }
        made_->nodes.push_back(made);
        return found->second;
    }

    Segment::Pattern pattern_of(const Term& e) const {
        const Value constant = term(e.operands[1]).constant;
        const pattern::Form form = e.kind == Kind::Search ? pattern::Form::Regex : *form_of(e.op);
        const bool is_like = form == pattern::Form::Like || form == pattern::Form::LikeIgnoringCase;
        bool is_negated = false;
        if (e.kind == Kind::Matches) {
            switch (e.op) {
                case Opcode::OP_NOT_LIKE:
                case Opcode::OP_NOT_ILIKE:
                case Opcode::OP_NOT_REGEX:
                case Opcode::OP_NOT_IREGEX: is_negated = true; break;
                default: break;
            }
        }
        return {pattern::Compiled(form, constant), is_negated, !is_like,
                form == pattern::Form::Regex && !javascript::to_boolean(constant)};
    }

    void take_shortcut(Segment::Node& made) const {
        if (made.operand_count != 2) return;
        const std::uint32_t left = made_->operands[made.first_operand];
        const std::uint32_t right = made_->operands[made.first_operand + 1];
        const bool is_equality = made.op == Opcode::OP_EQ || made.op == Opcode::OP_NOT_EQ;
        const bool is_turned = is_equality && made_->nodes[right].kind == Kind::Global;
        const std::uint32_t field = is_turned ? right : left;
        const Segment::Node& other = made_->nodes[is_turned ? left : right];
        if (made_->nodes[field].kind != Kind::Global) return;
        if (made.kind == Kind::Compare && other.kind == Kind::Constant) {
            if (other.constant.is_number()) made.shortcut = Segment::Shortcut::Number;
            if (other.constant.is_string() && is_equality) made.shortcut = Segment::Shortcut::Text;
            if (other.constant.is(Type::Bool) && is_equality) made.shortcut = Segment::Shortcut::Flag;
        } else if (made.kind == Kind::In && other.kind == Kind::List) {
            made.shortcut = Segment::Shortcut::Texts;
        }
        if (made.shortcut == Segment::Shortcut::None) return;
        made.detail = field;
        made.constant = other.constant;
    }

    std::uint32_t list(const Term& e, Value& constant) {
        Segment::List made;
        std::vector<Value> items;
        for (const std::uint32_t o : e.operands) items.push_back(term(o).constant);
        constant = made.array = Value::array(made_->heap->array_of(items, e.op == Opcode::OP_TUPLE));
        if (items.size() > kFewInList) {
            for (const Value v : items)
                if (v.is_string()) made.texts.insert(v.as_text());
        }
        made_->lists.push_back(std::move(made));
        return static_cast<std::uint32_t>(made_->lists.size() - 1);
    }

    std::uint32_t program(const Term& e) {
        std::vector<Value> tokens{Value::ascii("_H"), Value::integer(1)};
        tokens.insert(tokens.end(), tokens_->items + e.begin, tokens_->items + e.end);
        tokens.push_back(Value::integer(static_cast<int>(Opcode::OP_RETURN)));
        const Value array = Value::array(made_->heap->array_of(tokens));
        made_->programs.push_back(Program::load(array, made_->heap, library_));
        return static_cast<std::uint32_t>(made_->programs.size() - 1);
    }

    bool is_constant(std::uint32_t i) const {
        const Term& e = term(i);
        return e.kind != Kind::Global && !e.fails_within &&
               std::all_of(e.operands.begin(), e.operands.end(), [this](std::uint32_t o) { return is_constant(o); });
    }

    /// Runs code that reads no globals now, once for all events. Where it does not end soon, or makes much, it stays
    /// code, with the same value.
    void fold(Segment::Node& code) {
        if (folding_ms_ <= 0) return;
        if (!vm_) vm_.emplace();
        RunOptions options;
        options.limits = limits_;
        options.limits.timeout_ms = std::min({limits_.timeout_ms, kLongestFoldMs, folding_ms_});
        options.limits.memory = limits_.memory > 0 ? std::min(limits_.memory, kFoldMemory) : kFoldMemory;
        const auto start = std::chrono::steady_clock::now();
        const Outcome outcome = vm_->run(*made_->programs[code.detail], options);
        folding_ms_ -= std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        if (!outcome.finished()) return;
        folded_.clear();
        const Value constant = copy(outcome.result, folded_);
        if (folded_.cost(constant) > kLargestConstant) return;
        code.kind = Kind::Constant;
        code.constant = copy(constant, *made_->heap);
    }

    /// A constant's, which is what versions are compared with, is known without a run.
    void fold_version(Segment::Node& version) {
        const Segment::Node& of = made_->nodes[made_->operands[version.first_operand]];
        const std::optional<Value> numbers =
            of.kind == Kind::Constant ? sortable_version(of.constant, *made_->heap) : std::nullopt;
        if (!numbers) return fold(version);
        version.kind = Kind::Constant;
        version.constant = *numbers;
    }

    // Rules.

    void add(std::shared_ptr<const Rule> rule) {
        const auto at = static_cast<std::uint32_t>(made_->items.size());
        made_->items.emplace_back().rule = std::move(rule);
        const Segment::Item& item = made_->items.back();
        is_indexed_.push_back(false);
        keys_.emplace_back();
        tests_.emplace_back();
        if (!item.rule->enabled) return;
        reading_ = item.rule->reading(host_);
        tokens_ = item.rule->program->chunks()[0]->tokens;
        std::uint64_t names = 0;
        std::vector<std::uint32_t> conjuncts;
        if (reading_) flatten(reading_->root, conjuncts);
        if (!reading_ || conjuncts.size() > kMostTests || !bits_of(reading_->root, names)) {
            made_->unread.push_back(at);
            return;
        }
        is_indexed_[at] = true;
        if (names != 0) name_groups_[names].push_back(at);
        add_tests(at, conjuncts);
        add_risks(at);
        keep_best(keys_of_all(conjuncts), keys_[at]);
    }

    /// The globals that a term reads, as bits; false if there are too many different ones.
    bool bits_of(std::uint32_t i, std::uint64_t& bits) {
        const Term& e = term(i);
        if (e.kind == Kind::Global) {
            const std::string_view name = e.path[0].as_text();
            const auto found = std::find(made_->names.begin(), made_->names.end(), name);
            const auto bit = static_cast<std::size_t>(found - made_->names.begin());
            if (bit == kMostNames) return false;
            if (found == made_->names.end()) made_->names.push_back(name);
            bits |= std::uint64_t{1} << bit;
        }
        return std::all_of(e.operands.begin(), e.operands.end(), [&](std::uint32_t o) { return bits_of(o, bits); });
    }

    void flatten(std::uint32_t i, std::vector<std::uint32_t>& conjuncts) const {
        if (term(i).kind != Kind::And) return conjuncts.push_back(i);
        for (const std::uint32_t o : term(i).operands) flatten(o, conjuncts);
    }

    bool is_slow(std::uint32_t i) const {
        const Term& e = term(i);
        return e.kind == Kind::Matches || e.kind == Kind::Search || e.kind == Kind::Code || e.kind == Kind::ToText ||
               e.kind == Kind::Version ||
               std::any_of(e.operands.begin(), e.operands.end(), [this](std::uint32_t o) { return is_slow(o); });
    }

    void add_tests(std::uint32_t item, std::vector<std::uint32_t> conjuncts) {
        const auto is_fast = [this](std::uint32_t i) { return !is_slow(i); };
        const auto slow = std::stable_partition(conjuncts.begin(), conjuncts.end(), is_fast);
        Tests& tests = tests_[item];
        tests.fast_count = static_cast<std::size_t>(slow - conjuncts.begin());
        for (const std::uint32_t c : conjuncts) tests.nodes.push_back(node(c));
        for (const std::uint32_t n : tests.nodes) find_patterns(n, tests.patterns);
        std::sort(tests.patterns.begin(), tests.patterns.end());
        tests.patterns.erase(std::unique(tests.patterns.begin(), tests.patterns.end()), tests.patterns.end());
        switch (term(reading_->root).kind) {
            case Kind::And:
            case Kind::Or:
            case Kind::Not:
            case Kind::Compare:
            case Kind::In:
            case Kind::Matches:
            case Kind::Search: break;
            default: tests.needs_true = true;
        }
    }

    void add_risks(std::uint32_t item) {
        for (const Reading::Risk& risk : reading_->risks) {
            const std::uint32_t n = node(risk.term);
            const auto [found, is_new] =
                risk_of_.try_emplace(std::pair(n, risk.is_null), static_cast<std::uint32_t>(made_->risks.size()));
            if (is_new) {
                std::uint64_t names = 0;
                bits_of(risk.term, names);
                made_->risks.push_back({n, risk.is_null, names, {}});
            }
            std::vector<std::uint32_t>& items = made_->risks[found->second].items;
            if (items.empty() || items.back() != item) items.push_back(item);
        }
    }

    // Keys.

    std::vector<Keys> keys_of(std::uint32_t i) {
        const Term& e = term(i);
        switch (e.kind) {
            case Kind::Compare: {
                if (e.op != Opcode::OP_EQ) return {};
                const bool is_left = term(e.operands[0]).kind == Kind::Global;
                const Term& constant = term(e.operands[is_left ? 1 : 0]);
                const std::uint32_t field = e.operands[is_left ? 0 : 1];
                if (term(field).kind != Kind::Global || constant.kind != Kind::Constant) return {};
                if (!Table::can_hold(constant.constant)) return {};
                return {{node(field), {{constant.constant, true}}}};
            }
            case Kind::In: return keys_of_list(e);
            case Kind::Or: return keys_of_any(e);
            case Kind::And: return keys_of_all(e.operands);
            case Kind::IfNull: {
                const Term& otherwise = term(e.operands[1]);
                const bool is_falsy = otherwise.kind == Kind::Constant && !javascript::to_boolean(otherwise.constant);
                return is_falsy ? keys_of(e.operands[0]) : std::vector<Keys>();
            }
            default: return {};
        }
    }

    std::vector<Keys> keys_of_list(const Term& e) {
        const Term& container = term(e.operands[1]);
        if (e.op != Opcode::OP_IN || container.kind != Kind::List || container.operands.size() > kMostKeys) return {};
        if (term(e.operands[0]).kind != Kind::Global) return {};
        Keys keys{node(e.operands[0]), {}};
        for (const std::uint32_t o : container.operands) {
            if (!Table::can_hold(term(o).constant)) return {};
            keys.keys.push_back({term(o).constant, false});
        }
        return {keys};
    }

    // The keys of a term are of a field each.

    /// Of each field for which one of the terms has keys, the fewest.
    std::vector<Keys> keys_of_all(const std::vector<std::uint32_t>& terms) {
        std::vector<Keys> all;
        std::unordered_map<std::uint32_t, std::size_t> places;  // by field
        for (const std::uint32_t t : terms) {
            for (Keys& keys : keys_of(t)) {
                const auto [found, is_new] = places.try_emplace(keys.field, all.size());
                if (is_new) {
                    all.push_back(std::move(keys));
                } else if (Keys& known = all[found->second]; keys.keys.size() < known.keys.size()) {
                    known = std::move(keys);
                }
            }
        }
        return all;
    }

    /// The fields for which every operand has keys.
    std::vector<Keys> keys_of_any(const Term& e) {
        if (e.operands.empty()) return {};
        std::vector<Keys> common = keys_of(e.operands[0]);
        for (std::size_t k = 1; k < e.operands.size() && !common.empty(); ++k) {
            const std::vector<Keys> others = keys_of(e.operands[k]);
            std::unordered_map<std::uint32_t, const Keys*> by_field;
            for (const Keys& other : others) by_field.emplace(other.field, &other);
            std::erase_if(common, [&](Keys& c) {
                const auto same = by_field.find(c.field);
                if (same == by_field.end() || c.keys.size() + same->second->keys.size() > kMostKeys) return true;
                c.keys.insert(c.keys.end(), same->second->keys.begin(), same->second->keys.end());
                return false;
            });
        }
        return common;
    }

    /// The best first, and no more than there are tables on a way.
    void keep_best(std::vector<Keys> all, std::vector<Keys>& kept) const {
        std::stable_sort(all.begin(), all.end(), [this](const Keys& a, const Keys& b) {
            if (is_event(a.field) || is_event(b.field)) return is_event(a.field) && !is_event(b.field);
            return a.keys.size() < b.keys.size();
        });
        const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(all.size(), kDeepest));
        kept.assign(std::make_move_iterator(all.begin()), std::make_move_iterator(end));
    }

    // The tree.

    /// An item, and in how many places it is at this depth.
    struct Placed {
        std::uint32_t item;
        std::size_t places;
    };

    bool is_event(std::uint32_t field) const {
        const std::vector<Value>& path = made_->paths[made_->nodes[field].detail];
        return path.size() == 1 && path[0].as_text() == "event";
    }

    /// The keys by which an item is found, of fields that are not in use on the way here; null if there are none.
    const Keys* best_keys(std::uint32_t item, const std::vector<std::uint32_t>& used) const {
        for (const Keys& keys : keys_[item])
            if (std::find(used.begin(), used.end(), keys.field) == used.end()) return &keys;
        return nullptr;
    }

    /// In how many places an item may be: each has its tests, and a few bytes for each of its patterns.
    std::size_t most_places(std::uint32_t item) const {
        const Tests& tests = tests_[item];
        return std::min(kMostPlaces, kMostCopies / (1 + tests.nodes.size() + tests.patterns.size()));
    }

    void divide(std::uint32_t branch, const std::vector<Placed>& items, std::vector<std::uint32_t>& used) {
        std::vector<Placed> rest;
        std::map<std::uint32_t, std::vector<Placed>> by_field;
        const bool may_divide = items.size() > kFewItems && static_cast<int>(used.size()) < kDeepest;
        for (const Placed& placed : items) {
            const Keys* keys = may_divide ? best_keys(placed.item, used) : nullptr;
            if (keys != nullptr && placed.places * keys->keys.size() > most_places(placed.item)) keys = nullptr;
            (keys != nullptr ? by_field[keys->field] : rest).push_back(placed);
        }
        for (const auto& [field, found] : by_field) {
            if (found.size() >= (is_event(field) ? kWorthATable : kWorthAnother)) {
                add_table(branch, field, found, used);
            } else {
                rest.insert(rest.end(), found.begin(), found.end());
            }
        }
        for (const Placed& placed : rest) add_candidate(made_->branches[branch], placed.item);
        add_groups(made_->branches[branch]);
        add_answers(made_->branches[branch]);
    }

    void add_candidate(Segment::Branch& branch, std::uint32_t item) {
        Tests& tests = tests_[item];
        const auto fast_end = tests.nodes.begin() + static_cast<std::ptrdiff_t>(tests.fast_count);
        const auto columns_end = std::stable_partition(tests.nodes.begin(), fast_end,
                                                       [this](std::uint32_t n) { return column_of_[n] != kNone; });
        branch.candidates.push_back({item, static_cast<std::uint32_t>(made_->tests.size()),
                                     static_cast<std::uint16_t>(tests.nodes.size()),
                                     static_cast<std::uint16_t>(columns_end - tests.nodes.begin()),
                                     static_cast<std::uint16_t>(tests.fast_count), 0, 0, tests.needs_true});
        made_->tests.insert(made_->tests.end(), tests.nodes.begin(), tests.nodes.end());
    }

    /// Columns of the tests that are whole conditions of rules.
    void add_columns() {
        column_of_.assign(made_->nodes.size(), kNone);
        slot_of_.assign(made_->nodes.size(), kNone);
        std::vector<bool> is_known(made_->nodes.size());
        std::map<std::tuple<std::uint32_t, Opcode, Segment::Shortcut>, std::vector<Column::Test>> by_field;
        for (const Tests& tests : tests_) {
            for (const std::uint32_t n : tests.nodes) {
                const Segment::Node& test = made_->nodes[n];
                if (is_known[n] || test.shortcut == Segment::Shortcut::None) continue;
                is_known[n] = true;
                if (Column::can_hold(test.op, test.constant))
                    by_field[{test.detail, test.op, test.shortcut}].push_back({n, test.constant});
            }
        }
        for (auto& [key, tests] : by_field) {
            const auto& [field, op, shortcut] = key;
            const std::size_t most = shortcut == Segment::Shortcut::Texts ? kMostListColumn : kMostInColumn;
            if (tests.size() >= kFewestInColumn && tests.size() <= most) add_column({field, op, std::move(tests)});
        }
    }

    void add_column(Column column) {
        const auto place = static_cast<std::uint32_t>(made_->columns.size());
        made_->first_slots.push_back(made_->slot_count);
        for (const Column::Test& test : column.tests()) {
            column_of_[test.node] = place;
            slot_of_[test.node] = made_->slot_count++;
        }
        made_->columns.push_back(std::move(column));
    }

    void add_answers(Segment::Branch& branch) const {
        if (branch.candidates.size() < kWorthColumns) return;
        for (std::uint32_t k = 0; k < branch.candidates.size(); ++k) {
            const Segment::Candidate& candidate = branch.candidates[k];
            for (const std::uint32_t test : made_->tests_of(candidate).first(candidate.column_count)) {
                branch.answers.push_back({slot_of_[test], k});
                branch.columns.push_back(column_of_[test]);
            }
        }
        std::sort(branch.columns.begin(), branch.columns.end());
        branch.columns.erase(std::unique(branch.columns.begin(), branch.columns.end()), branch.columns.end());
    }

    void add_table(std::uint32_t branch, std::uint32_t field, const std::vector<Placed>& items,
                   std::vector<std::uint32_t>& used) {
        struct Entry {
            Keys::Key key;
            std::vector<Placed> items;
        };
        std::map<std::string, Entry> entries;
        for (const auto& [item, places] : items) {
            const Keys& keys = *best_keys(item, used);
            for (const Keys::Key& key : keys.keys) {
                std::string name(key.is_loose ? "=" : "i");
                append_token(key.constant, name);
                Entry& entry = entries.try_emplace(name, Entry{key, {}}).first->second;
                if (entry.items.empty() || entry.items.back().item != item)
                    entry.items.push_back({item, places * keys.keys.size()});
            }
        }
        Table table(field);
        used.push_back(field);
        for (const auto& [name, entry] : entries) {
            const auto below = static_cast<std::uint32_t>(made_->branches.size());
            made_->branches.emplace_back();
            table.add(entry.key.constant, entry.key.is_loose, below);
            divide(below, entry.items, used);
        }
        used.pop_back();
        made_->branches[branch].tables.push_back(std::move(table));
    }

    /// Puts the items in the order in which the branches have them.
    void renumber() {
        const std::size_t count = made_->items.size();
        std::vector<std::uint32_t> places(count, kNone);
        std::vector<Segment::Item> ordered;
        ordered.reserve(count);
        const auto place = [&](std::uint32_t item) {
            if (places[item] == kNone) {
                places[item] = static_cast<std::uint32_t>(ordered.size());
                ordered.push_back(std::move(made_->items[item]));
            }
            return places[item];
        };
        const auto place_all = [&](std::vector<std::uint32_t>& items) {
            for (std::uint32_t& item : items) item = place(item);
        };
        for (Segment::Branch& branch : made_->branches)
            for (Segment::Candidate& candidate : branch.candidates) candidate.item = place(candidate.item);
        for (Segment::NameGroup& group : made_->name_groups) place_all(group.items);
        for (Segment::Risk& risk : made_->risks) place_all(risk.items);
        place_all(made_->unread);
        for (std::uint32_t item = 0; item < count; ++item) place(item);  // those that are disabled
        made_->items = std::move(ordered);
    }

    void label_items() {
        std::size_t size = 0;
        for (const Segment::Item& item : made_->items) size += item.rule->id.size();
        if (size > UINT32_MAX) fail(ErrorKind::Memory, "The ids of the rules are more than 4 GiB");
        made_->ids.reserve(size);
        made_->labels.reserve(made_->items.size());
        for (std::uint32_t i = 0; i < made_->items.size(); ++i) {
            const Rule& rule = *made_->items[i].rule;
            made_->labels.push_back({rule.order, static_cast<std::uint32_t>(made_->ids.size()),
                                     static_cast<std::uint32_t>(rule.id.size())});
            made_->ids += rule.id;
            made_->by_id.emplace(rule.id, i);
        }
    }

    void find_patterns(std::uint32_t n, std::vector<std::uint32_t>& found) const {
        const Segment::Node& node = made_->nodes[n];
        if (node.kind == Kind::Matches || node.kind == Kind::Search) return found.push_back(n);
        for (const std::uint32_t o : made_->operands_of(node)) find_patterns(o, found);
    }

    std::uint32_t text_of(std::uint32_t pattern) const { return made_->operands_of(made_->nodes[pattern])[0]; }

    std::uint32_t add_group(std::uint32_t text) {
        made_->groups.push_back(std::make_unique<Segment::PatternGroup>());
        made_->groups.back()->text = text;
        return static_cast<std::uint32_t>(made_->groups.size() - 1);
    }

    /// A group for each text that few different patterns are searched for in.
    void group_few() {
        std::map<std::uint32_t, std::vector<std::uint32_t>> by_text;
        for (std::uint32_t n = 0; n < made_->nodes.size(); ++n) {
            if (made_->nodes[n].kind == Kind::Matches || made_->nodes[n].kind == Kind::Search)
                by_text[text_of(n)].push_back(n);
        }
        for (auto& [text, nodes] : by_text) {
            if (nodes.size() > kLargestGroup) continue;
            const std::uint32_t group = add_group(text);
            for (const std::uint32_t n : nodes) group_of_[n] = group;
            made_->groups[group]->nodes = std::move(nodes);
        }
    }

    /// The group of a pattern in a branch that has `in_branch` groups of its own, the last of each text.
    std::uint32_t group_in(std::uint32_t pattern, std::map<std::uint32_t, std::uint32_t>& in_branch,
                           std::unordered_map<std::uint32_t, std::uint32_t>& known) {
        if (const auto common = group_of_.find(pattern); common != group_of_.end()) return common->second;
        const auto [found, is_new] = known.try_emplace(pattern, 0);
        if (!is_new) return found->second;
        const std::uint32_t text = text_of(pattern);
        const auto open = in_branch.find(text);
        if (open == in_branch.end() || made_->groups[open->second]->nodes.size() == kLargestGroup)
            in_branch[text] = add_group(text);
        found->second = in_branch[text];
        made_->groups[found->second]->nodes.push_back(pattern);
        return found->second;
    }

    void add_groups(Segment::Branch& branch) {
        std::map<std::uint32_t, std::uint32_t> in_branch;
        std::unordered_map<std::uint32_t, std::uint32_t> known;
        std::unordered_map<std::uint32_t, std::uint32_t> place_of;  // by group
        for (Segment::Candidate& candidate : branch.candidates) {
            std::vector<std::uint32_t> places;
            for (const std::uint32_t n : tests_[candidate.item].patterns) {
                const std::uint32_t group = group_in(n, in_branch, known);
                const auto [at, is_new] = place_of.try_emplace(group, static_cast<std::uint32_t>(branch.groups.size()));
                if (is_new) branch.groups.push_back(group);
                places.push_back(at->second);
            }
            std::sort(places.begin(), places.end());
            places.erase(std::unique(places.begin(), places.end()), places.end());
            candidate.first_group = static_cast<std::uint32_t>(made_->group_places.size());
            candidate.group_count = static_cast<std::uint16_t>(std::min<std::size_t>(places.size(), UINT16_MAX));
            made_->group_places.insert(made_->group_places.end(), places.begin(), places.end());
        }
    }

    const Host& host_;
    const Limits& limits_;  // of one rule's run
    const Library& library_;
    double folding_ms_ = 0;  // that are left
    Heap folded_;            // of a value that may be too large to keep
    std::optional<Vm> vm_;   // made when first needed: most rules need none, and it costs more than a rule
    std::shared_ptr<Segment> made_;
    KeyedMap<std::string, std::uint32_t> by_key_;
    std::map<std::pair<std::uint32_t, bool>, std::uint32_t> risk_of_;
    std::map<std::uint64_t, std::vector<std::uint32_t>> name_groups_;
    struct Tests {
        std::vector<std::uint32_t> nodes;
        std::vector<std::uint32_t> patterns;  // the nodes within these that have some
        std::size_t fast_count = 0;
        bool needs_true = false;
    };
    std::unordered_map<std::uint32_t, std::uint32_t> group_of_;  // by pattern, of those of the whole segment
    std::vector<std::uint32_t> column_of_;                       // by node
    std::vector<std::uint32_t> slot_of_;                         // by node
    std::vector<bool> is_indexed_;                               // by item
    std::vector<Tests> tests_;                                   // by item
    std::vector<std::vector<Keys>> keys_;                        // by item
    // Of the rule being added:
    std::optional<Reading> reading_;
    const Array* tokens_ = nullptr;
};

}  // namespace

std::shared_ptr<const Segment> build_segment(std::vector<std::shared_ptr<const Rule>> rules, const Host& host,
                                             const Limits& limits, const Library& library) {
    return Builder(std::move(rules), host, limits, library).take();
}

}  // namespace hogvm::matching
