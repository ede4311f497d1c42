#include "explain.h"

#include <optional>

#include <hogvm/hash.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>

#include "words.h"

namespace hogvm::matching {
namespace {

using Kind = Term::Kind;

constexpr std::size_t kMostShown = 200;          // characters of a value in a sentence
constexpr std::size_t kMostObserved = 16 << 20;  // bytes of values: what one path leads to is in another's, too

std::string shortened(std::string text) {
    if (text.size() <= kMostShown) return text;
    std::size_t end = kMostShown;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

class Explainer {
  public:
    Explainer(const Rule& rule, Matcher& matcher, const Host& host, const Library& library)
        : rule_(rule), reading_(rule.reading(host)), matcher_(matcher), library_(library) {}

    Explanation explain() {
        if (!rule_.enabled) {
            explanation_.outcome = Explanation::Outcome::Disabled;
            explanation_.text = "the rule is disabled";
            return std::move(explanation_);
        }
        const Outcome outcome = matcher_.run_alone(rule_, !reading_);
        if (outcome.failed()) return failed(outcome.error);
        const bool is_match = outcome.result.is(Type::Bool) && outcome.result.as_bool();
        explanation_.outcome = is_match ? Explanation::Outcome::Matched : Explanation::Outcome::NotMatched;
        result_ = json::to_text(outcome.result);
        if (!reading_) return unread(outcome);
        if (is_match) return matched();
        return not_matched();
    }

  private:
    const Reading& reading() const { return *reading_; }

    Explanation failed(const Error& error) {
        explanation_.outcome = Explanation::Outcome::Failed;
        explanation_.error = error;
        explanation_.ip = error.ip;
        explanation_.text = error.text() + " (chunk " + error.chunk + ", token " + std::to_string(error.ip) + ")";
        if (reading_) {
            const std::uint32_t part = part_at(reading().root, error.ip);
            explanation_.condition = words_of(reading(), part);
            explanation_.text += " in " + shortened(explanation_.condition);
        }
        return std::move(explanation_);
    }

    Explanation unread(const Outcome& outcome) {
        explanation_.ip = outcome.trace.empty() ? -1 : outcome.trace.back().ip;
        explanation_.text = "its program gave " + shortened(result_) + " at token " + std::to_string(explanation_.ip);
        return std::move(explanation_);
    }

    Explanation matched() {
        describe(reading().root);
        explanation_.text = explanation_.condition + " holds" + values_text();
        return std::move(explanation_);
    }

    Explanation not_matched() {
        std::vector<std::uint32_t> conjuncts;
        flatten(reading().root, conjuncts);
        for (const std::uint32_t c : conjuncts) {
            if (holds(c)) continue;
            describe(c);
            explanation_.text = explanation_.condition + " does not hold" + values_text();
            return std::move(explanation_);
        }
        describe(reading().root);
        explanation_.text =
            explanation_.condition + " gave " + shortened(result_) + ", which is not true" + values_text();
        return std::move(explanation_);
    }

    void flatten(std::uint32_t i, std::vector<std::uint32_t>& conjuncts) const {
        if (reading()[i].kind != Kind::And) return conjuncts.push_back(i);
        for (const std::uint32_t o : reading()[i].operands) flatten(o, conjuncts);
    }

    /// Runs the tokens of one condition.
    bool holds(std::uint32_t i) {
        const Term& e = reading()[i];
        const Array* tokens = rule_.program->chunks()[0]->tokens;
        auto heap = std::make_shared<Heap>();
        Array* part = heap->array(e.end - e.begin + 3);
        heap->append(part, Value::ascii("_H"));
        heap->append(part, Value::integer(1));
        for (std::uint32_t t = e.begin; t < e.end; ++t) heap->append(part, tokens->items[t]);
        heap->append(part, Value::integer(static_cast<int>(Opcode::OP_RETURN)));
        Rule condition;
        condition.program = Program::load(Value::array(part), heap, library_);
        const Outcome outcome = matcher_.run_alone(condition);
        return outcome.finished() && javascript::to_boolean(outcome.result);
    }

    void describe(std::uint32_t i) {
        explanation_.condition = words_of(reading(), i);
        explanation_.ip = reading()[i].begin;
        observe(i);
    }

    void observe(std::uint32_t i) {
        const Term& e = reading()[i];
        for (const std::uint32_t o : e.operands) observe(o);
        if (e.kind != Kind::Global) return;
        std::string path = path_of(e);
        if (observed_ > kMostObserved || !paths_.insert(path).second) return;
        Heap heap;
        Value v;
        if (!matcher_.event().globals().read(e.path, heap, v)) return;
        explanation_.values.push_back({std::move(path), json::to_text(v)});
        observed_ += explanation_.values.back().json.size();
    }

    std::string values_text() const {
        std::string text;
        for (const Explanation::Observation& o : explanation_.values)
            text += (text.empty() ? ": " : ", ") + o.path + " is " + shortened(o.json);
        return text;
    }

    /// The smallest condition that has the token.
    std::uint32_t part_at(std::uint32_t i, std::int64_t ip) const {
        for (const std::uint32_t o : reading()[i].operands) {
            const Term& e = reading()[o];
            const bool is_condition = e.kind != Kind::Constant && e.kind != Kind::Local;
            const bool is_code = reading()[i].kind == Kind::Code || reading()[i].kind == Kind::Version;
            if (is_condition && ip >= e.begin && ip < e.end && !is_code) return part_at(o, ip);
        }
        return i;
    }

    const Rule& rule_;
    const std::optional<Reading> reading_;
    Matcher& matcher_;
    const Library& library_;
    Explanation explanation_;
    KeyedSet<std::string> paths_;  // of its values
    std::size_t observed_ = 0;     // bytes of these
    std::string result_;
};

}  // namespace

Explanation explain(const Rule& rule, Matcher& matcher, const Host& host, const Library& library) {
    return Explainer(rule, matcher, host, library).explain();
}

}  // namespace hogvm::matching
