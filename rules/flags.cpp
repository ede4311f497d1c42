#include <hogvm/flags.h>

#include <mutex>
#include <shared_mutex>
#include <utility>

#include <boost/json.hpp>

#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>

#include "flags/definitions.h"
#include "flags/evaluation.h"
#include "flags/javascript_value.h"

namespace hogvm {
namespace {

/// An Evaluation of this thread's, given back at the end. A source of properties may evaluate flags itself: then there
/// are two.
class Borrowed {
  public:
    Borrowed() : evaluation_(std::move(idle())) {
        if (evaluation_ == nullptr) evaluation_ = std::make_unique<flags::Evaluation>();
    }
    ~Borrowed() { idle() = std::move(evaluation_); }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    flags::Evaluation* operator->() const { return evaluation_.get(); }

  private:
    static std::unique_ptr<flags::Evaluation>& idle() {
        thread_local std::unique_ptr<flags::Evaluation> kept;
        return kept;
    }
    std::unique_ptr<flags::Evaluation> evaluation_;
};

FlagAnswer answer_of(std::shared_ptr<const flags::Definitions> definitions, std::uint32_t index,
                     const flags::Decision& decision) {
    const flags::Flag& flag = definitions->flags[index];
    FlagAnswer answer;
    answer.outcome = decision.outcome;
    answer.reason = decision.reason;
    answer.condition = decision.condition;
    answer.key = flag.key;
    if (answer.decided()) {
        answer.enabled = decision.value != flags::kFalse;
        answer.variant = flag.text(decision.value);
        answer.payload = flag.payload_of(decision.value);
    }
    answer.definitions = std::move(definitions);
    return answer;
}

void append_text(std::string_view text, std::string& out) { json::write(Value::text(text), out); }

void append_text_or_null(std::string_view text, std::string& out) {
    text.empty() ? void(out += "null") : append_text(text, out);
}

}  // namespace

// ---- Properties ----

Properties::Properties(const boost::json::value& object) : object_(object.if_object()) {}

bool Properties::find(std::string_view name, Heap& heap, Value& value) const {
    if (source_ != nullptr) return source_->find(name, heap, value);
    if (object_ == nullptr) return false;
    const boost::json::value* found = object_->if_contains({name.data(), name.size()});
    if (found == nullptr) return false;
    if (const boost::json::string* text = found->if_string()) {
        value = Value::text({text->data(), text->size()});
    } else {
        value = flags::as_javascript(json::from_boost(*found, heap), heap);
    }
    return true;
}

// ---- FlagPerson ----

namespace {

/// Properties in a parsed document.
class DocumentProperties final : public PropertySource {
  public:
    explicit DocumentProperties(Value object) : object_(object) {}
    bool find(std::string_view name, Heap& heap, Value& value) const override {
        const Entry* found = object_.is(Type::Object) ? heap.find(object_.as_dict(), name) : nullptr;
        if (found != nullptr) value = found->value;
        return found != nullptr;
    }

  private:
    Value object_;
};

[[noreturn]] void refuse(std::string_view name, std::string_view wanted) {
    throw LoadError("flags: \"" + std::string(name) + "\" is no " + std::string(wanted));
}

}  // namespace

struct FlagPerson::Parts {
    explicit Parts(std::string_view json) : text(json) {
        const Value whole = flags::as_javascript(json::parse(text, heap), heap);
        if (!whole.is(Type::Object)) throw LoadError("flags: whom to evaluate for is told by an object");
        const Value id = get(whole, "distinctId");
        if (!id.is_string()) refuse("distinctId", "text");
        const Value groups_given = object(whole, "groups");
        const Value group_properties = object(whole, "groupProperties");
        person = std::make_unique<DocumentProperties>(object(whole, "personProperties"));
        if (groups_given.is(Type::Object)) add_groups(groups_given.as_dict()->items(), group_properties);
        context = {id.as_text(), *person, groups, std::nullopt};
        const Value now = get(whole, "now");
        if (!now.is_nullish() && !now.is_number()) refuse("now", "number of milliseconds");
        if (now.is_number()) context.now_ms = now.as_number();
    }

    void add_groups(std::span<const Entry> given, Value group_properties) {
        properties.reserve(given.size());  // groups refer to them
        for (const Entry& group : given) {
            properties.emplace_back(object(group_properties, group.key.as_text()));
            groups.push_back({group.key.as_text(), group.value, properties.back()});
        }
    }

    Value get(Value object, std::string_view name) const {
        const Entry* found = object.is(Type::Object) ? heap.find(object.as_dict(), name) : nullptr;
        return found != nullptr ? found->value : Value::undefined();
    }
    Value object(Value holder, std::string_view name) const {
        const Value found = get(holder, name);
        if (!found.is_nullish() && !found.is(Type::Object)) refuse(name, "object");
        return found;
    }

    std::string text;
    Heap heap;
    std::unique_ptr<DocumentProperties> person;
    std::vector<DocumentProperties> properties;
    std::vector<FlagGroup> groups;
    FlagContext context{};
};

FlagPerson::FlagPerson(std::string_view json) {
    try {
        parts_ = std::make_unique<Parts>(json);
    } catch (const json::ParseError& e) {
        throw LoadError("flags: whom to evaluate for is told by a JSON object: " + e.message);
    } catch (const Failure& e) {
        throw LoadError("flags: " + e.message);
    }
}
FlagPerson::~FlagPerson() = default;
FlagPerson::FlagPerson(FlagPerson&&) noexcept = default;
FlagPerson& FlagPerson::operator=(FlagPerson&&) noexcept = default;

const FlagContext& FlagPerson::context() const { return parts_->context; }

// ---- Answers ----

std::string_view name_of(FlagReason reason) {
    switch (reason) {
        case FlagReason::ExperienceContinuity: return "experience_continuity";
        case FlagReason::UnsupportedDefinition: return "unsupported_definition";
        case FlagReason::UnresolvedDependency: return "unresolved_dependency";
        case FlagReason::MissingContext: return "missing_context";
        default: return "";
    }
}

std::string_view name_of(FlagAnswer::Outcome outcome) {
    switch (outcome) {
        case FlagAnswer::Outcome::Decided: return "decided";
        case FlagAnswer::Outcome::Inconclusive: return "inconclusive";
        case FlagAnswer::Outcome::NeedsServer: return "needs_server";
        default: return "unknown";
    }
}

std::string FlagAnswer::json() const {
    std::string out = R"({"key":)";
    append_text(key, out);
    out.append(R"(,"outcome":")").append(name_of(outcome)).append(R"(","value":)");
    if (!decided()) {
        out += "null";
    } else if (variant.empty()) {
        out += enabled ? "true" : "false";
    } else {
        append_text(variant, out);
    }
    out.append(R"(,"payload":)").append(payload.empty() ? "null" : payload).append(R"(,"reason":)");
    append_text_or_null(name_of(reason), out);
    out.append(R"(,"conditionIndex":)");
    out.append(condition == kNoCondition ? "null" : std::to_string(condition)).append("}");
    return out;
}

std::string FlagProblem::text() const {
    std::string line = flag.empty() ? "" : "flag \"" + flag + "\": ";
    line += message;
    return pointer.empty() ? line : line + " (at " + pointer + ")";
}

// ---- FlagSet ----

/// The definitions that count now. The lock is held for as long as it takes to copy a pointer, and readers share it.
/// (std::atomic<std::shared_ptr> would do, but GCC 12's reads the pointer where ThreadSanitizer sees a race.)
class FlagSet::Latest {
  public:
    explicit Latest(std::shared_ptr<const flags::Definitions> first) : definitions_(std::move(first)) {}

    std::shared_ptr<const flags::Definitions> get() const {
        const std::shared_lock lock(mutex_);
        return definitions_;
    }
    void set(std::shared_ptr<const flags::Definitions> next) {
        const std::unique_lock lock(mutex_);
        definitions_.swap(next);  // the old ones go after the lock, if nobody else has them
    }

  private:
    mutable std::shared_mutex mutex_;
    std::shared_ptr<const flags::Definitions> definitions_;
};

FlagSet::FlagSet(const boost::json::value& definitions, FlagOptions options)
    : options_(std::move(options)), latest_(std::make_unique<Latest>(flags::load(definitions, options_))) {}
FlagSet::FlagSet(std::string_view definitions_json, FlagOptions options)
    : options_(std::move(options)), latest_(std::make_unique<Latest>(flags::load(definitions_json, options_))) {}
FlagSet::~FlagSet() = default;

void FlagSet::replace(const boost::json::value& definitions) { latest_->set(flags::load(definitions, options_)); }
void FlagSet::replace(std::string_view definitions_json) { latest_->set(flags::load(definitions_json, options_)); }

FlagAnswer FlagSet::evaluate(std::string_view key, const FlagContext& context) const {
    auto definitions = latest_->get();
    const flags::Flag* flag = definitions->find(key);
    if (flag == nullptr) return {};
    const auto index = static_cast<std::uint32_t>(flag - definitions->flags.data());
    const flags::Decision decision = Borrowed()->evaluate(*definitions, index, context);
    return answer_of(std::move(definitions), index, decision);
}

std::vector<FlagAnswer> FlagSet::evaluate_all(const FlagContext& context) const {
    const auto definitions = latest_->get();
    const Borrowed evaluation;
    std::vector<FlagAnswer> answers;
    answers.reserve(definitions->flags.size());
    for (std::uint32_t i = 0; i < definitions->flags.size(); ++i)
        answers.push_back(answer_of(definitions, i, evaluation->evaluate(*definitions, i, context)));
    return answers;
}

std::vector<std::string> FlagSet::keys() const {
    const auto definitions = latest_->get();
    std::vector<std::string> keys;
    for (const flags::Flag& flag : definitions->flags) keys.push_back(flag.key);
    return keys;
}

std::vector<FlagProblem> FlagSet::problems() const { return latest_->get()->problems; }

std::string FlagSet::disassemble(std::string_view key) const {
    const auto definitions = latest_->get();
    const flags::Flag* flag = definitions->find(key);
    std::string text;
    if (flag == nullptr) return text;
    for (std::size_t i = 0; i < flag->conditions.size(); ++i) {
        text += "condition " + std::to_string(i) + '\n';
        for (const auto& program : definitions->clauses[flag->conditions[i].clause].programs)
            text += program->disassemble();
    }
    return text;
}

}  // namespace hogvm
