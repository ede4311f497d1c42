#include "evaluation.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <hogvm/host.h>
#include <hogvm/javascript.h>

namespace hogvm::flags {
namespace {

// An evaluation's conditions and programs: so many, and so many times those of the definitions. Without absent targets
// and cycles each is come by twice at the most, and a program once more for each answer that it waits for.
constexpr std::size_t kMostSteps = 100'000;
constexpr std::size_t kMostTimes = 20;

constexpr std::size_t kManyGroups = 16;
constexpr std::size_t kManyBuckets = 1024;
constexpr std::size_t kMuchMemory = std::size_t{1} << 20;

Decision undecided(Verdict reasons, bool through_regex = false) {
    return {FlagAnswer::Outcome::Inconclusive, first_reason(reasons), through_regex, kFalse, FlagAnswer::kNoCondition};
}

}  // namespace

Evaluation::Evaluation() : test_context_(test_heap_) {
    vm_.host().context = static_cast<ClauseRun*>(this);
    options_.limits.timeout_ms = std::numeric_limits<double>::infinity();  // programs have no loops
}

Decision Evaluation::evaluate(const Definitions& definitions, std::uint32_t flag, const FlagContext& context) {
    reset(definitions, context);
    open_flag(flag);
    const std::size_t most = kMostSteps + kMostTimes * definitions.size;
    while (!is_flag_.empty()) {
        if (++steps_ > most) return undecided(kUnsupported);
        is_flag_.back() ? next_condition() : run_clause();
    }
    return result_;
}

void Evaluation::reset(const Definitions& definitions, const FlagContext& context) {
    definitions_ = &definitions;
    asked_ = &context;
    heap_.clear();
    test_context_.begin(context.now_ms);
    is_flag_.clear();
    flags_.clear();
    clauses_.clear();
    ++evaluation_;
    steps_ = known_ = changes_ = absences_ = cycles_ = 0;
    if (flags_known_.size() < definitions.flags.size()) flags_known_.resize(definitions.flags.size());
    if (progress_.size() < definitions.dependencies.size()) progress_.resize(definitions.dependencies.size());
    if (clauses_known_.bucket_count() > kManyBuckets) {
        clauses_known_ = {};  // clearing takes time by the buckets, not by what is in them
    } else if (!clauses_known_.empty()) {
        clauses_known_.clear();
    }
    if (!groups_.empty()) groups_ = {};
    needs_ = Needs::Nothing;
}

// ---- What is kept ----

bool Evaluation::is_cycle(int open, const Moment& opened) {
    if (open == 0 || (opened.known != known_ && opened.absences != absences_)) return false;
    ++cycles_;
    return true;
}

/// Of what was begun then, and is answered now.
Evaluation::Kept Evaluation::kept(const Moment& opened) const {
    const bool is_lasting = opened.absences == absences_ && opened.cycles == cycles_ && opened.changes == changes_;
    return {is_lasting || opened.known == known_, is_lasting, known_, changes_};
}

bool Evaluation::holds(const Kept& kept) {
    if (!kept.is_kept || (kept.is_lasting ? kept.changes != changes_ : kept.known != known_)) return false;
    if (!kept.is_lasting) ++absences_;  // so that what rests on it does not last either
    return true;
}

// ---- Flags ----

void Evaluation::open_flag(std::uint32_t flag) {
    Known& state = known(flag);
    flags_.push_back({flag, now(), state.opened});
    is_flag_.push_back(true);
    ++state.open;
    state.opened = now();
    if (const auto decision = before_conditions(flags_.back())) close_flag(*decision);
}

std::optional<Decision> Evaluation::before_conditions(FlagFrame& frame) {
    const Flag& flag = definitions_->flags[frame.flag];
    if (!flag.is_active) return Decision{};
    if (flag.has_continuity) {
        Decision decision = undecided(0);
        decision.reason = FlagReason::ExperienceContinuity;
        return decision;
    }
    if (flag.is_malformed) return undecided(kUnsupported);
    if (auto decision = find_bucketing(frame)) return decision;
    if (flag.has_holdout && (flag.holdout == 1 || bucket("holdout", "-", frame.bucketing, "") <= flag.holdout)) {
        Decision decision;
        decision.value = kHoldout;
        return decision;
    }
    return std::nullopt;
}

std::optional<Decision> Evaluation::find_bucketing(FlagFrame& frame) {
    const Flag& flag = definitions_->flags[frame.flag];
    switch (flag.bucketing) {
        case Flag::Bucketing::UnknownGroup: return undecided(kUnsupported);
        case Flag::Bucketing::DistinctId: frame.bucketing = asked_->distinct_id; break;
        case Flag::Bucketing::DeviceId: {
            const auto id = device_id();
            if (!id) return undecided(flag.is_unsupported ? kUnsupported : kMissing);
            frame.bucketing = *id;
            break;
        }
        case Flag::Bucketing::Group: {
            const auto place = find_group(flag.group);
            if (!place) return Decision{};
            frame.subject = *place;
            frame.bucketing = text_of(asked_->groups[static_cast<std::size_t>(*place)].key);
            break;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> Evaluation::device_id() {
    try {
        Value id;
        if (!asked_->person.find("$device_id", heap_, id) || id.is_nullish()) return std::nullopt;
        if (id.is_string() && id.as_text().empty()) return std::nullopt;
        return text_of(id);
    } catch (const Failure&) {  // nested too deeply to be read
        return std::nullopt;
    }
}

std::optional<std::int32_t> Evaluation::find_group(std::uint32_t type) {
    const std::string_view name = definitions_->group_types[type];
    if (asked_->groups.size() > kManyGroups) {
        for (std::size_t i = groups_.empty() ? 0 : asked_->groups.size(); i < asked_->groups.size(); ++i)
            groups_.emplace(asked_->groups[i].type, static_cast<std::int32_t>(i));
        const auto found = groups_.find(name);
        return found != groups_.end() ? std::optional(found->second) : std::nullopt;
    }
    for (std::size_t i = 0; i < asked_->groups.size(); ++i)
        if (asked_->groups[i].type == name) return static_cast<std::int32_t>(i);
    return std::nullopt;
}

std::string_view Evaluation::text_of(Value v) {
    return v.is_string() ? v.as_text() : heap_.string(javascript::to_string(v)).as_text();
}

void Evaluation::next_condition() {
    FlagFrame& frame = flags_.back();
    const Flag& flag = definitions_->flags[frame.flag];
    if (frame.condition == flag.conditions.size())
        return close_flag(frame.unresolved != 0 ? undecided(frame.unresolved, frame.through_regex) : Decision{});
    const Condition& condition = flag.conditions[frame.condition];
    const auto subject = subject_of(frame, condition);
    if (!subject) return condition_answered(kNoMatch);
    if (definitions_->clauses[condition.clause].programs.empty()) return condition_answered(kMatched);
    open_clause(condition.clause, *subject);
}

std::optional<std::int32_t> Evaluation::subject_of(const FlagFrame& frame, const Condition& condition) {
    if (condition.group == Condition::kAsFlag) return frame.subject;
    if (condition.group == Condition::kUnknownGroup) return std::nullopt;
    return find_group(static_cast<std::uint32_t>(condition.group));
}

void Evaluation::condition_answered(Verdict verdict) {
    FlagFrame& frame = flags_.back();
    const Condition& condition = definitions_->flags[frame.flag].conditions[frame.condition];
    if (const auto decision = decide(frame, condition, verdict)) return close_flag(*decision);
    ++frame.condition;
}

/// What a condition decides; nothing where the next one is to be tried.
std::optional<Decision> Evaluation::decide(FlagFrame& frame, const Condition& condition, Verdict verdict) {
    const Flag& flag = definitions_->flags[frame.flag];
    if (verdict == kNoMatch) return std::nullopt;
    if (needs_server(verdict)) {
        const Verdict own = (verdict & kServer) != 0 ? kUnsupported : kDependency;
        Decision decision = undecided(frame.unresolved | own | (flag.is_unsupported ? kUnsupported : 0));
        decision.outcome = FlagAnswer::Outcome::NeedsServer;
        return decision;
    }
    if (!is_decided(verdict)) {
        frame.unresolved |= verdict & kReasons;
        if ((verdict & kRegex) != 0) defer(frame, condition);
        return std::nullopt;
    }
    Decision decision;
    decision.condition = static_cast<int>(frame.condition);
    if (is_out(frame, condition)) {
        if (!flag.early_exit) return std::nullopt;
        return frame.unresolved != 0 ? undecided(frame.unresolved, frame.through_regex) : decision;
    }
    decision.value = value_of(frame, condition);
    const bool could_differ = frame.through_regex && (frame.several_deferred || frame.deferred != decision.value);
    return could_differ ? undecided(frame.unresolved, true) : decision;
}

/// Remembers what a condition that a regex left open would have given.
void Evaluation::defer(FlagFrame& frame, const Condition& condition) {
    const bool exits = definitions_->flags[frame.flag].early_exit && is_out(frame, condition);
    const ValueCode value = exits ? kFalse : value_of(frame, condition);
    frame.several_deferred = frame.several_deferred || (frame.through_regex && frame.deferred != value);
    frame.deferred = value;
    frame.through_regex = true;
}

bool Evaluation::is_out(FlagFrame& frame, const Condition& condition) {
    if (!condition.has_rollout || !(condition.rollout < 1)) return false;  // no bucket is beyond 1
    if (condition.group != Condition::kAsFlag)
        return buckets(frame).of(bucketing_of(frame, condition), "") > condition.rollout;
    if (frame.bucket < 0) frame.bucket = buckets(frame).of(frame.bucketing, "");
    return frame.bucket > condition.rollout;
}

const Buckets& Evaluation::buckets(FlagFrame& frame) {
    if (!frame.buckets) frame.buckets.emplace(definitions_->flags[frame.flag].key, ".");
    return *frame.buckets;
}

ValueCode Evaluation::value_of(FlagFrame& frame, const Condition& condition) {
    const Flag& flag = definitions_->flags[frame.flag];
    if (condition.variant != kFalse) return condition.variant;
    if (flag.variants.empty()) return kTrue;
    const double at = buckets(frame).of(bucketing_of(frame, condition), "variant");
    const auto found = std::upper_bound(flag.variants.begin(), flag.variants.end(), at,
                                        [](double bucket, const Variant& v) { return bucket < v.to; });
    return found == flag.variants.end() || found->key.empty() ? kTrue
                                                              : static_cast<ValueCode>(found - flag.variants.begin());
}

std::string_view Evaluation::bucketing_of(const FlagFrame& frame, const Condition& condition) {
    if (condition.group == Condition::kAsFlag) return frame.bucketing;
    const auto place = find_group(static_cast<std::uint32_t>(condition.group));
    return place ? text_of(asked_->groups[static_cast<std::size_t>(*place)].key) : frame.bucketing;
}

void Evaluation::close_flag(const Decision& decision) {
    const FlagFrame frame = flags_.back();
    flags_.pop_back();
    is_flag_.pop_back();
    Known& state = known(frame.flag);
    --state.open;
    state.opened = frame.outer_opened;
    if (is_flag_.empty()) {
        result_ = decision;
        return;
    }
    if (decision.outcome == FlagAnswer::Outcome::Decided) {
        if (state.value != decision.value) {
            ++known_;
            if (state.value != kNoValue) ++changes_;
        }
        state.value = decision.value;
        return;
    }
    const bool by_server = decision.outcome == FlagAnswer::Outcome::NeedsServer;
    const Verdict failed =
        by_server ? server(kServerDependency) : inconclusive(kDependency | (decision.through_regex ? kRegex : 0));
    state.failed = failed;
    state.kept = kept(frame.opened);
    clauses_.back().answers.push_back({clauses_.back().waits_for, failed});
}

// ---- Clauses ----

void Evaluation::open_clause(std::uint32_t clause, std::int32_t subject) {
    Moment outer;
    if (!definitions_->clauses[clause].in_condition) {
        ClauseKnown& state = known(clause, subject);
        outer = state.opened;
        ++state.open;
        state.opened = now();
    }
    clauses_.push_back({clause, subject, now(), outer});
    is_flag_.push_back(false);
}

void Evaluation::run_clause() {
    ClauseFrame& frame = clauses_.back();
    const Clause& clause = definitions_->clauses[frame.clause];
    if (frame.program == clause.programs.size()) return close_clause();
    const Verdict verdict = run_program(*clause.programs[frame.program]);
    switch (std::exchange(needs_, Needs::Nothing)) {
        case Needs::Clause: return open_clause(needed_, frame.subject);
        case Needs::Flag: return open_flag(needed_);
        case Needs::Nothing: break;
    }
    frame.so_far =
        clause.in_condition ? joined_in_condition(frame.so_far, verdict) : joined_in_cohort(frame.so_far, verdict);
    frame.answers.clear();
    ++frame.program;
    const bool is_done = frame.so_far == kNoMatch || (frame.so_far & kEnded) != 0;
    if (is_done || frame.program == clause.programs.size()) close_clause();
}

/// A program fails where memory runs out, or a source of properties throws: the person's data are at fault.
Verdict Evaluation::run_program(const Program& program) {
    const Outcome outcome = vm_.run(program, options_);
    return outcome.finished() && outcome.result.is(Type::Int) ? outcome.result.as_int() : inconclusive(kMissing);
}

Value Evaluation::property(std::string_view name, Heap& heap) {
    const std::int32_t subject = clauses_.back().subject;
    if (test_heap_.bytes() > kMuchMemory) test_heap_.clear();  // the test before has decided
    Value value;
    if (subject == kPerson) {
        if (asked_->person.find(name, heap, value)) return value;
        return name == "distinct_id" ? Value::text(asked_->distinct_id) : Value::hole();
    }
    const FlagGroup& group = asked_->groups[static_cast<std::size_t>(subject)];
    if (group.properties.find(name, heap, value)) return value;
    return name == "$group_key" ? group.key : Value::hole();
}

void Evaluation::close_clause() {
    const ClauseFrame frame = std::move(clauses_.back());
    clauses_.pop_back();
    is_flag_.pop_back();
    const Clause& clause = definitions_->clauses[frame.clause];
    const Verdict verdict = clause.negated ? opposite(frame.so_far) : frame.so_far;
    if (clause.in_condition) return condition_answered(verdict);
    ClauseKnown& state = known(frame.clause, frame.subject);
    --state.open;
    state.opened = frame.outer_opened;
    state.verdict = verdict;
    state.kept = kept(frame.opened);
    clauses_.back().answers.push_back({clauses_.back().waits_for, verdict});
}

Verdict Evaluation::answer(std::uint32_t number) {
    if (needs_ != Needs::Nothing) return kNoMatch;
    ClauseFrame& frame = clauses_.back();
    for (const Answer& known_answer : frame.answers)
        if (known_answer.part == number) return known_answer.verdict;
    const Part& part = definitions_->parts[number];
    frame.waits_for = number;
    return part.kind == Part::Kind::Clause ? answer_of_clause(part) : answer_of_dependency(number, part.index);
}

Verdict Evaluation::answer_of_clause(const Part& part) {
    const ClauseKnown& state = known(part.index, clauses_.back().subject);
    if (holds(state.kept)) return state.verdict;
    if (is_cycle(state.open, state.opened)) return inconclusive(kUnsupported);
    needs_ = Needs::Clause;
    needed_ = part.index;
    return kNoMatch;
}

Verdict Evaluation::answer_of_dependency(std::uint32_t part, std::uint32_t index) {
    const Dependency& dependency = definitions_->dependencies[index];
    if (!dependency.is_usable) return inconclusive(kUnsupported);
    for (std::size_t& next = progress(index); next < dependency.chain.size(); ++next) {
        const std::uint32_t flag = dependency.chain[next];
        Known& state = known(flag);
        if (state.value != kNoValue) continue;
        if (!definitions_->flags[flag].is_active) {
            state.value = kFalse;
            ++known_;
            continue;
        }
        if (holds(state.kept)) return state.failed;
        if (is_cycle(state.open, state.opened)) return inconclusive(kDependency);
        needs_ = Needs::Flag;
        needed_ = flag;
        return kNoMatch;
    }
    const Verdict verdict = matched_if(matches(dependency));
    // The target may come to be known before this program has run to its end, and then would count.
    clauses_.back().answers.push_back({part, verdict});
    return verdict;
}

bool Evaluation::matches(const Dependency& dependency) {
    if (dependency.target == Dependency::kNoFlag) return false;
    const auto target = static_cast<std::uint32_t>(dependency.target);
    const ValueCode value = known(target).value;
    if (value == kNoValue) {
        ++absences_;
        return false;
    }
    switch (dependency.expects) {
        case Dependency::Expects::True: return value != kFalse;
        case Dependency::Expects::False: return value == kFalse;
        case Dependency::Expects::Text:
            return value != kFalse && value != kTrue && definitions_->flags[target].text(value) == dependency.text;
        default: return false;
    }
}

Evaluation::Known& Evaluation::known(std::uint32_t flag) {
    Known& state = flags_known_[flag];
    if (state.evaluation != evaluation_) {
        state = {};
        state.evaluation = evaluation_;
    }
    return state;
}

std::size_t& Evaluation::progress(std::uint32_t dependency) {
    Progress& state = progress_[dependency];
    if (state.evaluation != evaluation_) state = {evaluation_, 0};
    return state.known;
}

Evaluation::ClauseKnown& Evaluation::known(std::uint32_t clause, std::int32_t subject) {
    return clauses_known_[std::uint64_t{clause} << 32 | static_cast<std::uint32_t>(subject)];
}

}  // namespace hogvm::flags
