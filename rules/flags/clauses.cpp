#include "clauses.h"

#include <algorithm>

#include <boost/json.hpp>

#include <hogvm/javascript.h>
#include <hogvm/text.h>

namespace hogvm::flags {
namespace {

constexpr std::size_t kMostParts = 64;  // of one program, about: what is run again when a part's answer comes in
constexpr int kMostNested = 12;         // groups in groups within one program
// Of all programs: from here on cohorts are clauses of their own, so that many references to one cohort don't make many
// copies of it.
constexpr std::size_t kManyParts = 100'000;

constexpr std::size_t kMostProblems = 1000;
constexpr std::size_t kLongestPointer = 300;  // bytes of what problems show
constexpr std::size_t kLongestKey = 200;
constexpr std::size_t kLongestMessage = 500;

enum Token : int { kCall = 2, kInteger = 33, kGetLocal = 36, kReturn = 38, kJumpIfFalse = 40 };

bool is_text(Value v, std::string_view text) { return v.is_string() && v.as_text() == text; }

/// JSON text can hold lone surrogates, and be long; problems are UTF-8, and not.
std::string shown(std::string_view wtf8, std::size_t most = kLongestKey) {
    const bool is_long = wtf8.size() > most;
    if (is_long) {
        while ((static_cast<unsigned char>(wtf8[most]) & 0xC0) == 0x80) --most;
        wtf8 = wtf8.substr(0, most);
    }
    std::string buffer;
    std::string text(text::well_formed(wtf8, buffer));
    if (is_long) text += "…";
    return text;
}

}  // namespace

Value member(Value object, std::string_view key, const Heap& heap) {
    const Entry* found = object.is(Type::Object) ? heap.find(object.as_dict(), key) : nullptr;
    return found != nullptr ? found->value : Value::undefined();
}

Pointer below(const Pointer& pointer, std::string_view key) {
    const std::uint64_t seed[2] = {process_seed()[0] ^ pointer.id, process_seed()[1]};
    Pointer longer{pointer.text, keyed_hash(key.data(), key.size(), seed)};
    if (pointer.text.size() >= kLongestPointer) return longer;  // cut already
    longer.text += '/';
    for (const char c : shown(key, kLongestPointer)) {
        if (c == '~') {
            longer.text += "~0";
        } else if (c == '/') {
            longer.text += "~1";
        } else {
            longer.text += c;
        }
    }
    if (longer.text.size() >= kLongestPointer) longer.text = shown(longer.text + ' ', kLongestPointer);
    return longer;
}

Pointer below(const Pointer& pointer, std::size_t index) { return below(pointer, std::to_string(index)); }

/// A clause's programs as they are written: a new one begins where one is full.
class ClauseCompiler::Program {
  public:
    Program(Definitions& definitions, std::uint32_t clause) : definitions_(definitions), clause_(clause) {
        definitions_.clauses[clause_].first_part = definitions_.parts.size();
        begin();
    }

    std::size_t room() const { return parts_ < kMostParts ? kMostParts - parts_ : 0; }
    bool is_empty() const { return parts_ == 0; }

    /// Calls a function with the verdict so far, for a group also that of the group, and the part's number.
    void call(const Part& part, std::string_view function) {
        const std::size_t number = definitions_.parts.size();
        definitions_.parts.push_back(part);
        const int args = part.kind == Part::Kind::Group ? 3 : 2;
        add({kInteger, number, kCall, boost::json::string_view(function.data(), function.size()), args});
        ++parts_;
    }
    /// Begins a conjunction; gives what `leave` and `end` need. Its verdict lies in the stack's next slot.
    void open() {
        add({kInteger, kMatched});
        exits_.emplace_back();
    }
    /// Leaves the innermost conjunction if it can't match any more.
    void leave_if_false() {
        add({kGetLocal, exits_.size() - 1, kJumpIfFalse, nullptr});
        exits_.back().push_back(tokens_.size() - 1);
    }
    void close() {
        for (const std::size_t at : exits_.back()) tokens_[at] = tokens_.size() - at - 1;
        exits_.pop_back();
    }
    void flush() {
        if (is_empty()) return;
        close();
        add({kReturn});
        Clause& clause = definitions_.clauses[clause_];
        clause.programs.push_back(hogvm::Program::load(std::move(tokens_), operators()));
        clause.end_part = definitions_.parts.size();
        begin();
    }

  private:
    void begin() {
        tokens_ = {"_H", 1};
        parts_ = 0;
        exits_.clear();
        open();
    }
    void add(std::initializer_list<boost::json::value_ref> more) {
        for (const auto& token : boost::json::array(more)) tokens_.push_back(token);
    }

    Definitions& definitions_;
    std::uint32_t clause_;
    boost::json::array tokens_;
    std::size_t parts_ = 0;
    std::vector<std::vector<std::size_t>> exits_;  // of each open conjunction, the jumps to its end
};

void ClauseCompiler::report(std::string_view flag, const Pointer& pointer, std::string_view message) {
    if (!reported_.insert(pointer.id).second) return;
    if (definitions_.problems.size() < kMostProblems) {
        definitions_.problems.push_back({shown(flag), pointer.text, shown(message, kLongestMessage)});
    } else {
        ++unlisted_;
    }
}

void ClauseCompiler::report_cycle(std::uint32_t clause) {
    report({}, pointers_[clause], "the cohort holds itself, by way of other cohorts");
}

void ClauseCompiler::report_unlisted() {
    if (unlisted_ > 0)
        definitions_.problems.push_back({{}, {}, "there are " + std::to_string(unlisted_) + " more problems"});
}

std::uint32_t ClauseCompiler::add_clause(Clause clause) {
    definitions_.clauses.push_back(std::move(clause));
    return static_cast<std::uint32_t>(definitions_.clauses.size() - 1);
}

// ---- Conditions ----

std::uint32_t ClauseCompiler::condition(Value properties, std::string_view flag, const Pointer& pointer) {
    const std::uint32_t clause = add_clause({.in_condition = true});
    if (!javascript::to_boolean(properties)) return clause;
    Program program(definitions_, clause);
    if (properties.is(Type::Array)) {
        const auto all = properties.as_array()->values();
        for (std::size_t i = 0; i < all.size(); ++i) {
            std::size_t room = program.room();
            if (!member_fits(all[i], false, 0, room)) program.flush();
            put_property(all[i], {program, flag, below(pointer, i), true, false});
            if (i + 1 < all.size()) program.leave_if_false();
        }
    } else {
        report(flag, pointer, "the properties are no list");
        put_known(inconclusive(kUnsupported), {program, flag, pointer, true, false});
    }
    program.flush();
    return clause;
}

std::uint32_t ClauseCompiler::malformed_condition() {
    const std::uint32_t clause = add_clause({.in_condition = true});
    Program program(definitions_, clause);
    put_known(inconclusive(kUnsupported), {program, {}, {}, true, false});
    program.flush();
    return clause;
}

void ClauseCompiler::finish() {
    while (!waiting_.empty()) {
        const Waiting next = std::move(waiting_.back());
        waiting_.pop_back();
        const Group group = read_group(next.group).group;
        Program program(definitions_, next.clause);
        const Place place{program, {}, below(next.pointer, "values"), false, group.is_any};
        for (std::size_t i = 0; i < group.members.size(); ++i) {
            std::size_t room = program.room();
            if (!member_fits(group.members[i], group.holds_groups, 0, room)) program.flush();
            put_member(group, i, place);
            if (i + 1 < group.members.size()) program.leave_if_false();
        }
        program.flush();
    }
}

// ---- Parts ----

Part ClauseCompiler::part(const Place& place, Part::Kind kind, std::uint32_t index) const {
    return {kind, place.in_condition, place.negated, index, kNoMatch};
}

void ClauseCompiler::put_known(Verdict verdict, const Place& place) {
    Part known = part(place, Part::Kind::Known, 0);
    known.known = verdict;
    place.program.call(known, "known");
}

void ClauseCompiler::put_property(Value property, const Place& place) {
    if (!property.is(Type::Object)) {
        report(place.flag, place.pointer, "this property is no object");
        return put_known(inconclusive(kUnsupported), place);
    }
    const Value type = member(property, "type", heap_);
    if (is_text(type, "cohort")) return put_cohort(property, place);
    if (is_text(type, "flag")) return put_dependency(property, place);
    put_test(property, place);
}

void ClauseCompiler::put_test(Value property, const Place& place) {
    const std::uint32_t index = test_of(property);
    const PropertyTest& test = definitions_.tests[index];
    if (!test.fault().empty()) report(place.flag, place.pointer, test.fault());
    if (!test.warning().empty()) report(place.flag, place.pointer, test.warning());
    place.program.call(part(place, Part::Kind::Test, index), name_of(test.op()));
}

std::uint32_t ClauseCompiler::test_of(Value property) {
    const auto [entry, is_new] =
        tests_.try_emplace(property.as_node(), static_cast<std::uint32_t>(definitions_.tests.size()));
    if (is_new) {
        definitions_.tests.emplace_back(javascript::to_string(member(property, "key", heap_)),
                                        member(property, "operator", heap_), member(property, "value", heap_), options_,
                                        heap_);
    }
    return entry->second;
}

void ClauseCompiler::put_dependency(Value property, const Place& place) {
    place.program.call(part(place, Part::Kind::Dependency, dependency_of(property, place)), "flag");
}

std::uint32_t ClauseCompiler::dependency_of(Value property, const Place& place) {
    const auto [entry, is_new] =
        dependencies_.try_emplace(property.as_node(), static_cast<std::uint32_t>(definitions_.dependencies.size()));
    if (!is_new) return entry->second;
    Dependency dependency;
    const Value chain = member(property, "dependency_chain", heap_);
    std::string fault;
    if (!chain.is(Type::Array) || chain.as_array()->size == 0) {
        fault = "a dependency needs its \"dependency_chain\", a list of flags' keys";
    } else {
        for (const Value key : chain.as_array()->values()) {
            const auto found = definitions_.by_key.find(javascript::to_string(key));
            if (found == definitions_.by_key.end()) {
                fault = "the chain's flag \"" + shown(javascript::to_string(key)) + "\" is not among the definitions";
                break;
            }
            dependency.chain.push_back(found->second);
        }
    }
    dependency.is_usable = fault.empty();
    if (!fault.empty()) report(place.flag, place.pointer, fault);
    const auto target = definitions_.by_key.find(javascript::to_string(member(property, "key", heap_)));
    if (target != definitions_.by_key.end()) {
        dependency.target = static_cast<std::int32_t>(target->second);
    }
    const Value expected = member(property, "value", heap_);
    if (expected.is(Type::Bool)) {
        dependency.expects = expected.as_bool() ? Dependency::Expects::True : Dependency::Expects::False;
    } else if (expected.is_string()) {
        dependency.expects = Dependency::Expects::Text;
        dependency.text = expected.as_text();
    }
    definitions_.dependencies.push_back(std::move(dependency));
    return entry->second;
}

// ---- Cohorts ----

const ClauseCompiler::Cohort& ClauseCompiler::cohort_of(Value property) {
    const auto [place, is_new] = referred_.try_emplace(property.as_node());
    if (is_new) {
        const std::string id = javascript::to_string(member(property, "value", heap_));
        const Entry* found = cohorts_.is(Type::Object) ? heap_.find(cohorts_.as_dict(), id) : nullptr;
        place->second = {found, shown(id), below(below({}, "cohorts"), id)};
    }
    return place->second;
}

void ClauseCompiler::put_cohort(Value property, Place place) {
    if (is_text(member(property, "operator", heap_), "not_in")) place.negated = !place.negated;
    const Cohort& cohort = cohort_of(property);
    if (cohort.value().is(Type::Undefined)) {
        report(place.flag, place.pointer,
               "the cohort " + cohort.id + " is not among the definitions: only the server knows it");
        return put_known(server(kServer), place);
    }
    place.flag = {};
    place.pointer = cohort.pointer;
    put_group(cohort.value(), place);
}

ClauseCompiler::Reading ClauseCompiler::read_group(Value json) const {
    const auto known = [](Verdict verdict, std::string fault = {}) {
        return Reading{verdict, true, {}, std::move(fault)};
    };
    const bool is_empty_list = json.is(Type::Array) && json.as_array()->size == 0;
    const bool is_empty_object = json.is(Type::Object) && json.as_dict()->size == 0;
    const bool is_primitive = json.is_number() || json.is(Type::Bool);  // an object without keys, in JavaScript's eyes
    if (!javascript::to_boolean(json) || is_empty_list || is_empty_object || is_primitive) return known(kMatched);
    const Value type = member(json, "type", heap_);
    const bool is_any = is_text(type, "OR");
    if (!is_any && !is_text(type, "AND") && !is_text(type, "property"))
        return known(server(kServer), "a group's type is AND, OR or property: only the server knows others");
    const Value values = member(json, "values", heap_);
    if (!javascript::to_boolean(values) || (values.is(Type::Array) && values.as_array()->size == 0))
        return known(matched_if(!is_any));
    if (!values.is(Type::Array)) return known(inconclusive(kUnsupported), "a group's values are no list");
    const auto members = values.as_array()->values();
    if (!members[0].is(Type::Object)) return known(inconclusive(kUnsupported), "a group's first value is no object");
    return {0, false, {is_any, heap_.find(members[0].as_dict(), "values") != nullptr, members}, {}};
}

void ClauseCompiler::put_group(Value json, const Place& place) {
    const Reading reading = read_group(json);
    if (!reading.fault.empty()) report(place.flag, place.pointer, reading.fault);
    if (reading.is_known) return put_known(reading.known, place);
    std::size_t room = place.program.room();
    if (definitions_.parts.size() > kManyParts || !fits(json, 0, room)) {
        const std::uint32_t clause = clause_of(json, place.pointer);
        return place.program.call(part(place, Part::Kind::Clause, clause), "cohort");
    }
    const Group& found = reading.group;
    if (found.members.size() == 1) {  // AND or OR, it is what its one member is
        Place only = place;
        only.pointer = below(place.pointer, "values");
        return put_member(found, 0, only);
    }
    place.program.open();
    put_members(reading.group,
                {place.program, place.flag, below(place.pointer, "values"), false, reading.group.is_any});
    place.program.close();
    Part group = part(place, Part::Kind::Group, 0);
    group.negated = place.negated != reading.group.is_any;
    place.program.call(group, "group");
}

void ClauseCompiler::put_members(const Group& group, const Place& place) {
    for (std::size_t i = 0; i < group.members.size(); ++i) {
        put_member(group, i, place);
        if (i + 1 < group.members.size()) place.program.leave_if_false();
    }
}

void ClauseCompiler::put_member(const Group& group, std::size_t index, const Place& place) {
    Place at = place;
    at.pointer = below(place.pointer, index);
    const Value value = group.members[index];
    if (group.holds_groups) return put_group(value, at);
    if (javascript::to_boolean(member(value, "negation", heap_))) at.negated = !at.negated;
    put_property(value, at);
}

std::uint32_t ClauseCompiler::clause_of(Value group, const Pointer& pointer) {
    const auto [entry, is_new] =
        clauses_.try_emplace(group.as_node(), static_cast<std::uint32_t>(definitions_.clauses.size()));
    if (is_new) {
        add_clause({.negated = read_group(group).group.is_any});
        pointers_.emplace(entry->second, pointer);
        waiting_.push_back({entry->second, group, pointer});
    }
    return entry->second;
}

/// Whether a group, with all that it holds, is at most `room` parts, and takes them from it. A cohort that holds itself
/// never is.
bool ClauseCompiler::fits(Value json, int depth, std::size_t& room) {
    if (depth >= kMostNested || room == 0) return false;
    --room;
    const Reading reading = read_group(json);
    if (reading.is_known) return true;
    return std::all_of(reading.group.members.begin(), reading.group.members.end(),
                       [&](Value value) { return member_fits(value, reading.group.holds_groups, depth + 1, room); });
}

bool ClauseCompiler::member_fits(Value value, bool is_group, int depth, std::size_t& room) {
    if (is_group) return fits(value, depth, room);
    if (is_text(member(value, "type", heap_), "cohort")) {
        const Value cohort = cohort_of(value).value();
        if (!cohort.is(Type::Undefined)) return fits(cohort, depth, room);
    }
    if (room == 0) return false;
    --room;
    return true;
}

// ---- What can't be decided here at all ----

bool ClauseCompiler::is_unsupported(Value property) {
    if (!property.is(Type::Object)) return true;
    const Value type = member(property, "type", heap_);
    if (is_text(type, "flag")) {
        const Value chain = member(property, "dependency_chain", heap_);
        if (!chain.is(Type::Array) || chain.as_array()->size == 0) return true;
        const auto keys = chain.as_array()->values();
        return std::any_of(keys.begin(), keys.end(), [&](Value key) {
            return definitions_.by_key.find(javascript::to_string(key)) == definitions_.by_key.end();
        });
    }
    if (!is_text(type, "cohort")) return !definitions_.tests[test_of(property)].fault().empty();
    if (!knows_unsupported_) find_unsupported_cohorts();
    const Cohort& cohort = cohort_of(property);
    return cohort.value().is(Type::Undefined) || unsupported_cohorts_[place_of(cohort)];
}

std::size_t ClauseCompiler::place_of(const Cohort& cohort) const {
    return static_cast<std::size_t>(cohort.entry - cohorts_.as_dict()->items().data());
}

/// A cohort is, if it holds something that is, or a cohort that is: found from the latter to the former.
void ClauseCompiler::find_unsupported_cohorts() {
    knows_unsupported_ = true;
    if (!cohorts_.is(Type::Object)) return;
    const auto cohorts = cohorts_.as_dict()->items();
    unsupported_cohorts_.resize(cohorts.size());
    std::vector<std::vector<std::size_t>> referred_by(cohorts.size());
    std::vector<std::size_t> found;
    std::vector<std::size_t> refers_to;
    for (std::size_t i = 0; i < cohorts.size(); ++i) {
        refers_to.clear();
        if (has_unsupported(cohorts[i].value, refers_to, 0)) found.push_back(i);
        for (const std::size_t other : refers_to) referred_by[other].push_back(i);
    }
    while (!found.empty()) {
        const std::size_t cohort = found.back();
        found.pop_back();
        if (unsupported_cohorts_[cohort]) continue;
        unsupported_cohorts_[cohort] = true;
        found.insert(found.end(), referred_by[cohort].begin(), referred_by[cohort].end());
    }
}

/// Whatever types the group and its likes have: only their values are looked at.
bool ClauseCompiler::has_unsupported(Value group, std::vector<std::size_t>& refers_to, int depth) {
    const Value values = member(group, "values", heap_);
    if (!values.is(Type::Array)) return javascript::to_boolean(values);
    const auto all = values.as_array()->values();
    return std::any_of(all.begin(), all.end(), [&](Value value) {
        if (value.is(Type::Object) && heap_.find(value.as_dict(), "values") != nullptr)
            return depth < kMaxDepth && has_unsupported(value, refers_to, depth + 1);
        if (!is_text(member(value, "type", heap_), "cohort")) return is_unsupported(value);
        const Cohort& cohort = cohort_of(value);
        if (cohort.value().is(Type::Undefined)) return true;
        refers_to.push_back(place_of(cohort));
        return false;
    });
}

}  // namespace hogvm::flags
