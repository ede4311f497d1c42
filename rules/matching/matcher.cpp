#include "matcher.h"

#include <algorithm>
#include <chrono>

#include <hogvm/convert.h>
#include <hogvm/error.h>
#include <hogvm/javascript.h>

#include "../../vm/operators.h"
#include "version.h"

namespace hogvm::matching {
namespace {

using Kind = Term::Kind;

constexpr int kMarkBits = 3;
constexpr std::uint32_t kTruth = 3;
constexpr std::uint32_t kHasValue = 4;
constexpr std::uint32_t kLastGeneration = UINT32_MAX >> kMarkBits;
constexpr std::size_t kWorthSearching = 3;  // rules that wait for the patterns of a group

/// Thrown where a value can't be had.
struct NoValue {};

template <typename Number>
bool satisfies(Opcode op, Number a, Number b) {
    switch (op) {
        case Opcode::OP_EQ: return a == b;
        case Opcode::OP_NOT_EQ: return a != b;
        case Opcode::OP_GT: return a > b;
        case Opcode::OP_GT_EQ: return a >= b;
        case Opcode::OP_LT: return a < b;
        default: return a <= b;
    }
}

}  // namespace

std::optional<Snapshot::Found> Snapshot::find(std::string_view id) const {
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        const auto found = part->segment->by_id.find(id);
        if (found != part->segment->by_id.end() && part->has(found->second)) return Found{&*part, found->second};
    }
    return std::nullopt;
}

double Budget::left_ms() {
    using std::chrono::steady_clock;
    const double now = std::chrono::duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
    if (end_ms_ == 0) end_ms_ = now + limits_.timeout_ms;
    if (now >= end_ms_) fail(ErrorKind::Timeout, "What rules share took longer than one of them may run");
    return end_ms_ - now;
}

void Budget::worked(std::size_t steps) {
    constexpr std::size_t kEach = 65'536;
    if ((steps_ += steps) < kEach) return;
    steps_ = 0;
    left_ms();
}

Matcher::Matcher(const RuleSetOptions& options) : budget_(options.limits), vm_(options.host) {
    options_.limits = options.limits;
    heap_.set_max_bytes(options.limits.heap_bytes());
}

Matches Matcher::match(const Snapshot& snapshot) {
    heap_.clear();
    budget_.start();
    found_.clear();
    failures_.clear();
    std::erase_if(memories_, [&](const Memory& m) {
        return std::none_of(snapshot.parts.begin(), snapshot.parts.end(),
                            [&](const Snapshot::Part& p) { return p.segment->serial == m.serial; });
    });
    for (const Snapshot::Part& part : snapshot.parts) match_part(part);

    const auto by_order = [](const auto& a, const auto& b) { return a.order < b.order; };
    std::sort(found_.begin(), found_.end(), by_order);
    std::sort(failures_.begin(), failures_.end(), by_order);
    Matches matches;
    matches.ids.reserve(found_.size());
    for (const Found& f : found_) matches.ids.emplace_back(f.id);
    for (FoundFailure& f : failures_) matches.failures.push_back({f.rule->id, std::move(f.error)});
    return matches;
}

void Matcher::start(const Segment& segment) {
    segment_ = &segment;
    const auto known =
        std::find_if(memories_.begin(), memories_.end(), [&](const Memory& m) { return m.serial == segment.serial; });
    memory_ = known != memories_.end() ? &*known : &memories_.emplace_back();
    memory_->serial = segment.serial;
    if (memory_->marks.empty() || memory_->generation == kLastGeneration) {
        memory_->generation = 0;
        memory_->marks.assign(segment.nodes.size(), 0);
        memory_->values.resize(segment.nodes.size());
        memory_->seen.assign(segment.items.size(), 0);
        memory_->answers.resize(segment.slot_count);
        memory_->answered.assign(segment.columns.size(), 0);
    }
    ++memory_->generation;
}

std::uint64_t Matcher::missing_names(const Segment& segment) const {
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < segment.names.size(); ++i)
        if (!event_.has(segment.names[i])) missing |= std::uint64_t{1} << i;
    return missing;
}

void Matcher::match_part(const Snapshot::Part& part) {
    part_ = &part;
    start(*part.segment);
    const Segment& s = *segment_;
    if (!event_.is_plain()) {
        for (std::uint32_t i = 0; i < s.items.size(); ++i)
            if (s.items[i].rule->enabled) decide_alone(i);
        return;
    }
    for (const std::uint32_t item : s.unread) decide_alone(item);
    missing_ = missing_names(s);
    if (missing_ != 0) {
        for (const Segment::NameGroup& group : s.name_groups) {
            if ((group.names & missing_) != 0)
                for (const std::uint32_t item : group.items) decide_alone(item);
        }
    }
    check_risks();
    visit(0);
}

void Matcher::check_risks() {
    for (const Segment::Risk& risk : segment_->risks) {
        if ((risk.names & missing_) != 0) continue;  // its rules have been run
        const auto is_decided = [this](std::uint32_t item) { return memory_->seen[item] == memory_->generation; };
        if (std::all_of(risk.items.begin(), risk.items.end(), is_decided)) continue;
        const bool is_safe =
            truth(risk.node) != Truth::Failed && !(risk.is_null && known_value(risk.node).is_nullish());
        if (is_safe) continue;
        for (const std::uint32_t item : risk.items) decide_alone(item);
    }
}

/// Whether the item is a rule of the set that was not decided yet; it counts as decided from here on.
bool Matcher::is_open(std::uint32_t item) {
    if (memory_->seen[item] == memory_->generation || !part_->has(item)) return false;
    memory_->seen[item] = memory_->generation;
    return true;
}

void Matcher::decide_alone(std::uint32_t item) {
    if (is_open(item)) run_and_keep(segment_->items[item]);
}

void Matcher::run_and_keep(const Segment::Item& item) {
    const Rule& rule = *item.rule;
    Outcome outcome = run_alone(rule);
    budget_.put_off(outcome.running_ms);
    if (outcome.failed()) {
        failures_.push_back({rule.order, &rule, std::move(outcome.error)});
    } else if (outcome.result.is(Type::Bool) && outcome.result.as_bool()) {
        found_.push_back({rule.order, rule.id});
    }
}

Outcome Matcher::run_alone(const Rule& rule, bool trace) {
    RunOptions options = options_;
    options.trace = trace;
    Outcome outcome = vm_.run(*rule.program, event_.globals(), options);
    if (!outcome.suspended()) return outcome;
    outcome.status = Outcome::Status::Failed;
    outcome.error.kind = ErrorKind::Function;
    outcome.error.message = "A rule can't wait: it called the asynchronous function " + std::string(outcome.function);
    outcome.error.chunk = "root";
    outcome.error.ip = outcome.state->frames.empty() ? 0 : outcome.state->frames.back().ip;
    return outcome;
}

void Matcher::visit(std::uint32_t place) {
    const Segment::Branch& branch = segment_->branches[place];
    for (const Table& table : branch.tables) {
        // A rule whose globals are missing has been run; a path without its global reads as null here.
        if (truth(table.field()) == Truth::Failed) continue;
        table.look_up(known_value(table.field()), [this](std::uint32_t below) { visit(below); });
    }
    sift(branch);
    decide_sifted(branch);
}

/// Puts those candidates on `sifted_` that the columns leave; what they told needs no looking at again.
void Matcher::sift(const Segment::Branch& branch) {
    sifted_.clear();
    if (branch.answers.empty()) {
        for (const Segment::Candidate& candidate : branch.candidates) sifted_.push_back({&candidate, 0});
        return;
    }
    bool is_told = true;
    for (const std::uint32_t column : branch.columns) is_told = answer(column) && is_told;
    const std::size_t count = branch.candidates.size();
    is_left_.assign(count, 1);
    sifted_.resize(count);
    // By pointers of our own: a byte that is written might be any vector's.
    std::uint8_t* const is_left = is_left_.data();
    const std::uint8_t* const answers = memory_->answers.data();
    for (const Segment::Answer& a : branch.answers) is_left[a.candidate] &= answers[a.slot];
    // Every candidate is written, and the next one over those that are not left: that needs no guessing.
    const Segment::Candidate* const candidates = branch.candidates.data();
    Sifted* next = sifted_.data();
    for (std::size_t k = 0; k < count; ++k) {
        *next = {candidates + k, is_told ? candidates[k].column_count : std::uint32_t{0}};
        next += is_left[k];
    }
    sifted_.resize(static_cast<std::size_t>(next - sifted_.data()));
}

/// Whether the column could tell for the event.
bool Matcher::answer(std::uint32_t place) {
    std::uint32_t& answered = memory_->answered[place];
    if (answered >> 1 == memory_->generation) return (answered & 1) != 0;
    const Column& column = segment_->columns[place];
    const std::span<std::uint8_t> answers =
        std::span(memory_->answers).subspan(segment_->first_slots[place], column.tests().size());
    bool is_told = false;
    if (truth(column.field()) != Truth::Failed) {
        is_told = column.answer(known_value(column.field()), answers);
    } else {
        std::fill(answers.begin(), answers.end(), std::uint8_t{1});
    }
    answered = memory_->generation << 1 | (is_told ? 1 : 0);
    return is_told;
}

void Matcher::decide_sifted(const Segment::Branch& branch) {
    if (branch.groups.empty()) {
        for (const Sifted& s : sifted_) decide(*s.candidate, s.held);
        return;
    }
    // The fast tests of all rules come first; then it is known how many wait for which patterns.
    counts_.assign(branch.groups.size(), 0);
    std::size_t waiting = 0;
    for (const Sifted& s : sifted_) {
        const Segment::Candidate& candidate = *s.candidate;
        if (candidate.group_count == 0) {
            decide(candidate, s.held);
            continue;
        }
        if (memory_->seen[candidate.item] == memory_->generation) continue;
        if (all_hold(candidate, s.held, candidate.fast_count) == Truth::False) continue;
        sifted_[waiting++] = s;
        const std::uint32_t* places = &segment_->group_places[candidate.first_group];
        for (std::uint32_t k = 0; k < candidate.group_count; ++k) ++counts_[places[k]];
    }
    for (std::size_t g = 0; g < branch.groups.size(); ++g)
        if (counts_[g] >= kWorthSearching) search(*segment_->groups[branch.groups[g]]);
    for (std::size_t k = 0; k < waiting; ++k) decide(*sifted_[k].candidate, sifted_[k].held);
}

/// Searches for all patterns of a group at once, and keeps what is found.
void Matcher::search(const Segment::PatternGroup& group) {
    if (group.nodes.size() < kWorthSearching) return;
    if (memory_->marks[group.nodes[0]] >> kMarkBits == memory_->generation)
        return;  // done in another branch, or by itself
    if (truth(group.text) == Truth::Failed) return;
    const Value text = known_value(group.text);
    const pattern::CompiledSet* set = group.set.load(std::memory_order_acquire);
    if (set == nullptr) {
        std::vector<const pattern::Compiled*> patterns;
        for (const std::uint32_t n : group.nodes)
            patterns.push_back(&segment_->patterns[segment_->nodes[n].detail].compiled);
        auto made = std::make_unique<const pattern::CompiledSet>(patterns);
        if (group.set.compare_exchange_strong(set, made.get())) set = made.release();
    }
    try {
        const Working working(&budget_);
        budget_.left_ms();
        if (!set->search(text, places_)) return;
    } catch (const Failure&) {
        return;  // each by itself, then, as far as that goes
    }
    const bool is_text = javascript::to_boolean(text);
    const auto keep_all = [&](std::uint32_t node, bool is_found) {
        keep(node, segment_->patterns[segment_->nodes[node].detail].holds(is_found, is_text));
    };
    for (const std::uint32_t node : group.nodes) keep_all(node, false);
    for (const int place : places_) keep_all(group.nodes[static_cast<std::size_t>(place)], true);
}

/// The first `held` of its tests are known to hold.
void Matcher::decide(const Segment::Candidate& candidate, std::uint32_t held) {
    if (!is_open(candidate.item)) return;
    Truth result = all_hold(candidate, held, candidate.test_count);
    if (result == Truth::True && candidate.needs_true) {
        const Value v = known_value(segment_->tests[candidate.first_test]);
        if (!(v.is(Type::Bool) && v.as_bool())) result = Truth::False;
    }
    if (result == Truth::False) return;
    if (result == Truth::Failed) return run_and_keep(segment_->items[candidate.item]);
    const Segment::Label& label = segment_->labels[candidate.item];
    found_.push_back({label.order, segment_->id_of(label)});
}

Matcher::Truth Matcher::all_hold(const Segment::Candidate& candidate, std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t k = from; k < to; ++k)
        if (const Truth t = truth(segment_->tests[candidate.first_test + k]); t != Truth::True) return t;
    return Truth::True;
}

// Nodes.

Matcher::Truth Matcher::truth(std::uint32_t node) {
    const std::uint32_t mark = memory_->marks[node];
    if (mark >> kMarkBits == memory_->generation) return static_cast<Truth>(mark & kTruth);
    return evaluate(node);
}

Value Matcher::value(std::uint32_t node) {
    if (truth(node) == Truth::Failed) throw NoValue{};
    return known_value(node);
}

Value Matcher::known_value(std::uint32_t node) const {
    const std::uint32_t mark = memory_->marks[node];
    if ((mark & kHasValue) != 0) return memory_->values[node];
    return Value::boolean(static_cast<Truth>(mark & kTruth) == Truth::True);
}

Matcher::Truth Matcher::keep(std::uint32_t node, Value v) {
    const Truth t = javascript::to_boolean(v) ? Truth::True : Truth::False;
    memory_->marks[node] = memory_->generation << kMarkBits | kHasValue | static_cast<std::uint32_t>(t);
    memory_->values[node] = v;
    return t;
}

Matcher::Truth Matcher::keep(std::uint32_t node, bool holds) {
    const Truth t = holds ? Truth::True : Truth::False;
    memory_->marks[node] = memory_->generation << kMarkBits | static_cast<std::uint32_t>(t);
    return t;
}

/// The result of a test whose field is of its constant's type.
std::optional<bool> Matcher::holds_shortly(const Segment::Node& node, Value field) const {
    switch (node.shortcut) {
        case Segment::Shortcut::Text:
            if (!field.is_string()) break;
            return (field.as_text() == node.constant.as_text()) == (node.op == Opcode::OP_EQ);
        case Segment::Shortcut::Number:
            if (!field.is_number()) break;
            if (field.is(Type::Int) && node.constant.is(Type::Int))
                return satisfies(node.op, field.as_int(), node.constant.as_int());
            return satisfies(node.op, field.as_number(), node.constant.as_number());
        case Segment::Shortcut::Flag:
            if (!field.is(Type::Bool)) break;
            return (field.as_bool() == node.constant.as_bool()) == (node.op == Opcode::OP_EQ);
        case Segment::Shortcut::Texts: {
            const std::span<const Value> all = node.constant.as_array()->values();
            if (!field.is_string() || all.size() > kFewInList) break;
            const auto is_same = [&](Value v) { return v.is_string() && v.as_text() == field.as_text(); };
            return std::any_of(all.begin(), all.end(), is_same) == (node.op == Opcode::OP_IN);
        }
        default: break;
    }
    return std::nullopt;
}

Matcher::Truth Matcher::evaluate(std::uint32_t n) {
    const Segment::Node& node = segment_->nodes[n];
    if (node.shortcut != Segment::Shortcut::None && truth(node.detail) != Truth::Failed)
        if (const std::optional<bool> holds = holds_shortly(node, known_value(node.detail))) return keep(n, *holds);
    const auto operand = [&](std::size_t i) { return value(segment_->operands_of(node)[i]); };
    try {
        switch (node.kind) {
            case Kind::Constant:
            case Kind::List: return keep(n, node.constant);
            case Kind::Global: return keep(n, event_.field(segment_->paths[node.detail], heap_));
            case Kind::Not: return keep(n, !javascript::to_boolean(operand(0)));
            case Kind::And:
            case Kind::Or: return keep(n, any_or_all(node));
            case Kind::Compare:
            case Kind::In:
            case Kind::Matches:
            case Kind::Search: return keep(n, holds(node));
            case Kind::IfNull: {
                const Value first = operand(0);
                return keep(n, first.is(Type::Null) ? operand(1) : first);
            }
            case Kind::ToText: {
                const Value v = operand(0);
                return keep(n, v.is_string() ? v : run_code(node));
            }
            case Kind::Version: {
                const std::optional<Value> numbers = sortable_version(operand(0), heap_);
                return keep(n, numbers ? *numbers : run_code(node));
            }
            default: return keep(n, run_code(node));
        }
    } catch (const Failure&) {
    } catch (const NoValue&) {
    }
    memory_->marks[n] = memory_->generation << kMarkBits | static_cast<std::uint32_t>(Truth::Failed);
    return Truth::Failed;
}

/// The result of a test, which may take its time.
bool Matcher::holds(const Segment::Node& node) {
    const Working working(&budget_);
    const std::span<const std::uint32_t> operands = segment_->operands_of(node);
    const Value left = value(operands[0]);
    if (node.kind == Kind::Compare) return compare(node.op, left, value(operands[1]), heap_);
    if (node.kind == Kind::In) return is_in_list(left, segment_->nodes[operands[1]]) == (node.op == Opcode::OP_IN);
    const Segment::Pattern& pattern = segment_->patterns[node.detail];
    return pattern.holds(pattern.compiled.is_in(left), javascript::to_boolean(left));
}

bool Matcher::any_or_all(const Segment::Node& node) {
    const Truth deciding = node.kind == Kind::And ? Truth::False : Truth::True;
    for (const std::uint32_t o : segment_->operands_of(node)) {
        const Truth t = truth(o);
        if (t == Truth::Failed) throw NoValue{};
        if (t == deciding) return deciding == Truth::True;
    }
    return deciding == Truth::False;
}

bool Matcher::is_in_list(Value item, const Segment::Node& container) const {
    if (container.kind == Kind::List && item.is_string()) {
        const auto& texts = segment_->lists[container.detail].texts;
        if (!texts.empty()) return texts.contains(item.as_text());
    }
    return is_in(item, container.constant);
}

Value Matcher::run_code(const Segment::Node& node) {
    RunOptions options = options_;
    options.limits.timeout_ms = budget_.left_ms();
    const Outcome outcome = vm_.run(*segment_->programs[node.detail], event_.globals(), options);
    if (!outcome.finished()) throw NoValue{};
    return copy(outcome.result, heap_);
}

}  // namespace hogvm::matching
