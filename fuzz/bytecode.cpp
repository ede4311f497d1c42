#include "bytecode.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <hogvm/standard_library.h>

#include "opcodes.h"
#include "values.h"

namespace hogvm::fuzz {
namespace {

constexpr std::size_t kMostTokens = 1500;
constexpr int kMostLoops = 2;  // inside one another

constexpr std::string_view kGlobals =
    R"({"event":"$pageview","n":5,"f":2.5,"nil":null,"yes":true,"text":"Hello \ud83d\ude00","list":[3,"b",[1,{"k":"v"}],null],)"
    R"("when":{"__hogDateTime__":true,"dt":1709210096.5,"zone":"Europe/Brussels"},"p":{"a":{"b":{"c":"deep"}},"2":"two",)"
    R"("1":"one","s":"text","n":"42","list":[10,9,1],"empty":{},"day":{"__hogDate__":true,"year":2024,"month":2,"day":29}}})";

/// Paths of globals, their keys as tokens from the innermost out.
const std::vector<std::vector<std::string_view>> kPaths = {{"\"event\""},
                                                           {"\"n\""},
                                                           {"\"f\""},
                                                           {"\"text\""},
                                                           {"\"list\""},
                                                           {"\"p\""},
                                                           {"\"when\""},
                                                           {"\"nil\""},
                                                           {"\"nowhere\""},
                                                           {"\"c\"", "\"b\"", "\"a\"", "\"p\""},
                                                           {"\"n\"", "\"p\""},
                                                           {"\"s\"", "\"p\""},
                                                           {"\"list\"", "\"p\""},
                                                           {"\"day\"", "\"p\""},
                                                           {"2", "\"list\"", "\"p\""},
                                                           {"\"k\"", "2", "3", "\"list\""},
                                                           {"1", "\"p\""},
                                                           {"\"length\"", "\"text\""},
                                                           {"\"x\"", "\"nil\""},
                                                           {"\"upper\""},
                                                           {"\"arrayMap\""},
                                                           {"\"wait\""},
                                                           {"\"empty\"", "\"p\""}};

constexpr Opcode kComparisons[] = {Opcode::OP_EQ,    Opcode::OP_NOT_EQ, Opcode::OP_GT,
                                   Opcode::OP_GT_EQ, Opcode::OP_LT,     Opcode::OP_LT_EQ};
constexpr Opcode kArithmetic[] = {Opcode::OP_PLUS, Opcode::OP_MINUS, Opcode::OP_MULTIPLY, Opcode::OP_DIVIDE,
                                  Opcode::OP_MOD};
constexpr Opcode kMatching[] = {Opcode::OP_LIKE,  Opcode::OP_ILIKE,     Opcode::OP_NOT_LIKE, Opcode::OP_NOT_ILIKE,
                                Opcode::OP_REGEX, Opcode::OP_NOT_REGEX, Opcode::OP_IREGEX,   Opcode::OP_NOT_IREGEX};
constexpr Opcode kContaining[] = {Opcode::OP_IN, Opcode::OP_NOT_IN, Opcode::OP_IN_COHORT, Opcode::OP_NOT_IN_COHORT};
constexpr Kind kLocals[] = {Kind::Number, Kind::Array,    Kind::Dict, Kind::Text, Kind::Bool,
                            Kind::Small,  Kind::Function, Kind::Time, Kind::Any};
constexpr std::string_view kHostFunctions[] = {"echo", "first", "object", "fetch", "wait", "boom", "import", "nowhere"};
constexpr std::string_view kChunks[] = {"lib", "broken", "unknown", "root"};

/// The parameters' names in a signature: "substring(text, start, length?)".
std::vector<std::string_view> parameters_of(std::string_view signature) {
    std::vector<std::string_view> names;
    std::size_t at = signature.find('(') + 1;
    while (at < signature.size() && signature[at] != ')') {
        const std::size_t end = signature.find_first_of(",)?", at);
        names.push_back(signature.substr(at, end - at));
        at = signature.find_first_not_of(",? ", end);
    }
    return names;
}

struct Parameters {
    const Function* function;
    std::vector<Kind> kinds;
};

const std::vector<Parameters>& library() {
    static const std::vector<Parameters> all = [] {
        std::vector<Parameters> list;
        for (const Function& f : standard_library().functions()) {
            Parameters p{&f, {}};
            for (const std::string_view name : parameters_of(f.signature)) p.kinds.push_back(kind_of(name));
            list.push_back(std::move(p));
        }
        return list;
    }();
    return all;
}

/// Writes a program. All functions' bodies go to one token array; a Body is one's variables.
class Writer {
  public:
    explicit Writer(Choices& choices) : choices_(choices) {}

    std::string program() {
        const std::vector<std::uint8_t> changes = changes_first();
        header();
        Body root;
        body_ = &root;
        const std::size_t statements = 1 + choices_.below(12);
        if (choices_.chance(10)) declare_function(2);
        for (std::size_t k = 0; k < statements && !is_full(); ++k) statement(3);
        expression(Kind::Any, 3);
        op(Opcode::OP_RETURN);
        change(changes);
        return text();
    }

    std::string calls() {
        header();
        Body root;
        body_ = &root;
        const std::size_t count = 1 + choices_.below(5);
        for (std::size_t k = 0; k < count; ++k) {
            call(choices_.pick(library()), 1);
            body_->locals.push_back({Kind::Any, false});
        }
        for (std::size_t k = 0; k < count; ++k) op(Opcode::OP_GET_LOCAL, k);
        op(Opcode::OP_TUPLE, count);
        op(Opcode::OP_RETURN);
        return text();
    }

  private:
    struct Local {
        Kind kind;
        bool is_captured;
    };
    struct Body {
        Body* enclosing = nullptr;
        std::vector<Local> locals;
        std::vector<std::pair<bool, std::size_t>> captures;
        int loops = 0;
    };
    struct Declared {
        std::string name;
        std::size_t args;
    };

    // tokens

    bool is_full() const { return out_.size() > kMostTokens || choices_.are_used_up(); }
    void op(Opcode code) { out_.push_back(number(code)); }
    void op(Opcode code, std::size_t operand) {
        op(code);
        out_.push_back(std::to_string(operand));
    }
    void string(std::string_view text) {
        op(Opcode::OP_STRING);
        out_.push_back(quoted(text));
    }
    void named_call(std::string_view name, std::size_t args) {
        op(Opcode::OP_CALL_GLOBAL);
        out_.push_back(quoted(name));
        out_.push_back(std::to_string(args));
    }
    /// A jump to a place that `lands` names later.
    std::size_t jump(Opcode code) {
        op(code, 0);
        return out_.size() - 1;
    }
    void lands(std::size_t operand) { out_[operand] = std::to_string(out_.size() - operand - 1); }

    void header() {
        if (choices_.chance(5)) {
            out_ = {"\"_h\""};
        } else {
            out_ = {"\"_H\"", choices_.chance(5) ? "0" : "1"};
        }
    }
    std::string text() const {
        std::string all = "[";
        for (const std::string& token : out_) all += token + ",";
        all.back() = ']';
        return all;
    }

    /// What will be changed afterwards; read before all else, since at the end an input is mostly used up.
    std::vector<std::uint8_t> changes_first() {
        std::vector<std::uint8_t> bytes(choices_.chance(12) ? 4 * (1 + choices_.below(3)) : 0);
        for (std::uint8_t& b : bytes) b = choices_.byte();
        return bytes;
    }
    void change(const std::vector<std::uint8_t>& bytes) {
        static constexpr std::string_view kStray[] = {"null", "true", "\"upper\"", "\"_H\"",     "1.5", "-1",
                                                      "-3",   "99",   "300",       "2147483647", "[]",  "{}"};
        for (std::size_t k = 0; k < bytes.size() && out_.size() > 2; k += 4) {
            const std::size_t at = 1 + (bytes[k] * 256u + bytes[k + 1]) % (out_.size() - 1);  // not the header
            std::string token = bytes[k + 2] < 60    ? std::to_string(bytes[k + 2])
                                : bytes[k + 2] < 150 ? std::string(kStray[bytes[k + 2] % std::size(kStray)])
                                                     : out_[bytes[k + 2] * 37u % out_.size()];
            const auto place = out_.begin() + static_cast<std::ptrdiff_t>(at);
            switch (bytes[k + 3] % 3) {
                case 0: *place = std::move(token); break;
                case 1: out_.insert(place, std::move(token)); break;
                default: out_.erase(place);
            }
        }
    }

    // variables

    /// Reads or writes one of the kind, where there is one: an own or a captured one, of which the kind is not asked.
    bool variable(Opcode own, Opcode captured, Kind kind = Kind::Any) {
        if (body_->enclosing != nullptr && choices_.chance(kind == Kind::Any ? 40 : 15)) {
            if (const auto at = capture(*body_)) {
                op(captured, *at);
                return true;
            }
        }
        std::vector<std::size_t> slots;
        for (std::size_t k = 0; k < body_->locals.size(); ++k)
            if (kind == Kind::Any || body_->locals[k].kind == kind) slots.push_back(k);
        if (slots.empty()) return false;
        op(own, choices_.pick(slots));
        return true;
    }
    std::optional<std::size_t> capture(Body& body) {
        Body* outer = body.enclosing;
        if (outer == nullptr) return std::nullopt;
        std::pair<bool, std::size_t> source;
        if (!outer->locals.empty() && (outer->enclosing == nullptr || choices_.chance(70))) {
            source = {true, choices_.below(outer->locals.size())};
            outer->locals[source.second].is_captured = true;
        } else if (const auto further = capture(*outer)) {
            source = {false, *further};
        } else {
            return std::nullopt;
        }
        const auto found = std::find(body.captures.begin(), body.captures.end(), source);
        const auto at = static_cast<std::size_t>(found - body.captures.begin());
        if (found == body.captures.end()) body.captures.push_back(source);
        return at;
    }
    /// Removes the locals from `height` on.
    void end_scope(std::size_t height) {
        while (body_->locals.size() > height) {
            op(body_->locals.back().is_captured ? Opcode::OP_CLOSE_UPVALUE : Opcode::OP_POP);
            body_->locals.pop_back();
        }
    }

    // expressions: each pushes one value

    void expression(Kind kind, int depth) {
        if (kind == Kind::Function && depth > -2 && choices_.chance(80)) return closure(depth);
        if (depth <= 0 || is_full()) return leaf(kind);
        switch (choices_.below(16)) {
            case 0: return call(choices_.pick(library()), depth);
            case 1: return other(depth);
            case 2: return operation(depth);
            case 3:
            case 4:
            case 5:
            case 6:
            case 7: return kind == Kind::Any ? any(depth) : of_kind(kind, depth);
            default: return leaf(kind);
        }
    }
    void any(int depth) {
        switch (choices_.below(3)) {
            case 0: return call(choices_.pick(library()), depth);
            case 1: return other(depth);
            default: return operation(depth);
        }
    }
    /// An operation that gives the kind, where there is one.
    void of_kind(Kind kind, int depth) {
        switch (kind) {
            case Kind::Number:
            case Kind::Small: two(Kind::Number, depth); return op(choices_.pick(kArithmetic));
            case Kind::Text: expression(Kind::Any, depth - 1); return named_call("toString", 1);
            case Kind::Bool: return choices_.below(2) == 0 ? comparison(depth) : logic(depth);
            case Kind::Array: return list(depth);
            case Kind::Dict: return dict(depth);
            default: return leaf(kind);
        }
    }
    void leaf(Kind kind) {
        if (choices_.chance(50) && variable(Opcode::OP_GET_LOCAL, Opcode::OP_GET_UPVALUE, kind)) return;
        push_leaf(kind, choices_, out_);
    }
    void call(const Parameters& p, int depth) {
        const auto least = static_cast<std::size_t>(p.function->min_args);
        const bool is_open = p.function->max_args == Function::kAnyNumber;
        const std::size_t most = is_open ? least + 3 : static_cast<std::size_t>(p.function->max_args);
        std::size_t count = least + choices_.below(most - least + 1);
        if (choices_.chance(2)) ++count;
        for (std::size_t k = 0; k < count; ++k) {
            const Kind kind = k < p.kinds.size() ? p.kinds[k] : p.kinds.empty() ? Kind::Any : p.kinds.back();
            expression(choices_.chance(10) ? Kind::Any : kind, depth - 1);
        }
        named_call(p.function->name, count);
    }
    void two(Kind kind, int depth) {
        expression(kind, depth - 1);
        expression(kind, depth - 1);
    }
    void operation(int depth) {
        switch (choices_.below(7)) {
            case 0: two(Kind::Number, depth); return op(choices_.pick(kArithmetic));
            case 1: return comparison(depth);
            case 2: return logic(depth);
            case 3:
                expression(Kind::Array, depth - 1);
                expression(Kind::Any, depth - 1);
                return op(choices_.pick(kContaining));
            case 4: expression(Kind::Any, depth - 1); return op(Opcode::OP_NOT);
            case 5: return list(depth);
            default: return dict(depth);
        }
    }
    void comparison(int depth) {
        if (choices_.chance(30)) {
            leaf(Kind::Pattern);
            expression(Kind::Text, depth - 1);
            return op(choices_.pick(kMatching));
        }
        constexpr Kind kAlike[] = {Kind::Number, Kind::Text, Kind::Array, Kind::Time, Kind::Bool, Kind::Any};
        two(choices_.pick(kAlike), depth);
        op(choices_.pick(kComparisons));
    }
    void logic(int depth) {
        const std::size_t count = 1 + choices_.below(3);
        for (std::size_t k = 0; k < count; ++k) expression(Kind::Bool, depth - 1);
        op(choices_.below(2) == 0 ? Opcode::OP_AND : Opcode::OP_OR, count);
    }
    void list(int depth) {
        const std::size_t count = choices_.below(4);
        for (std::size_t k = 0; k < count; ++k) expression(Kind::Any, depth - 1);
        op(choices_.chance(30) ? Opcode::OP_TUPLE : Opcode::OP_ARRAY, count);
    }
    void dict(int depth) {
        const std::size_t count = choices_.below(3);
        for (std::size_t k = 0; k < count; ++k) {
            leaf(Kind::Key);
            expression(Kind::Any, depth - 1);
        }
        op(Opcode::OP_DICT, count);
    }
    void other(int depth) {
        switch (choices_.below(9)) {
            case 0: return global();
            case 1:
            case 2:
                expression(choices_.below(2) == 0 ? Kind::Dict : Kind::Array, depth - 1);
                expression(Kind::Key, 0);
                return op(choices_.below(2) == 0 ? Opcode::OP_GET_PROPERTY : Opcode::OP_GET_PROPERTY_NULLISH);
            case 3: return choice(depth);
            case 4: {
                expression(Kind::Any, depth - 1);
                const std::size_t there = jump(Opcode::OP_JUMP_IF_STACK_NOT_NULL);
                op(Opcode::OP_POP);
                expression(Kind::Any, depth - 1);
                return lands(there);
            }
            case 5: return host_call(depth);
            case 6: return call_value(depth);
            case 7: return closure(depth);
            default:
                if (declared_.empty()) return global();
                return declared_call(depth);
        }
    }
    void global() {
        const auto& path = choices_.pick(kPaths);
        for (const std::string_view key : path) {
            op(key[0] == '"' ? Opcode::OP_STRING : Opcode::OP_INTEGER);
            out_.emplace_back(key);
        }
        op(Opcode::OP_GET_GLOBAL, path.size());
    }
    void choice(int depth) {
        expression(Kind::Bool, depth - 1);
        const std::size_t otherwise = jump(Opcode::OP_JUMP_IF_FALSE);
        expression(Kind::Any, depth - 1);
        const std::size_t end = jump(Opcode::OP_JUMP);
        lands(otherwise);
        expression(Kind::Any, depth - 1);
        lands(end);
    }
    void host_call(int depth) {
        const std::string_view name = choices_.pick(kHostFunctions);
        if (name == "import") {
            string(choices_.pick(kChunks));
            return named_call(name, 1);
        }
        const std::size_t count = choices_.below(3);
        for (std::size_t k = 0; k < count; ++k) expression(Kind::Any, depth - 1);
        named_call(name, count);
    }
    /// Of a closure, a variable, or a function by its name.
    void call_value(int depth) {
        const std::size_t count = choices_.below(3);
        for (std::size_t k = 0; k < count; ++k) expression(Kind::Any, depth - 1);
        switch (choices_.below(3)) {
            case 0: closure(depth - 1); break;
            case 1:
                if (!variable(Opcode::OP_GET_LOCAL, Opcode::OP_GET_UPVALUE)) closure(depth - 1);
                break;
            default: string(choices_.pick(library()).function->name); op(Opcode::OP_GET_GLOBAL, 1);
        }
        op(Opcode::OP_CALL_LOCAL, count);
    }
    void closure(int depth) {
        Body inner;
        inner.enclosing = body_;
        inner.loops = body_->loops;
        const std::size_t args = choices_.below(3);
        inner.locals.assign(args, {Kind::Any, false});
        op(Opcode::OP_CALLABLE);
        out_.emplace_back("\"lambda\"");
        out_.push_back(std::to_string(args));
        const std::size_t counts = out_.size();
        out_.emplace_back("0");
        out_.emplace_back("0");
        body_ = &inner;
        if (depth > 0 && choices_.chance(30)) statement(depth - 1);
        expression(Kind::Any, depth - 1);
        op(Opcode::OP_RETURN);
        body_ = inner.enclosing;
        out_[counts] = std::to_string(inner.captures.size());
        lands(counts + 1);
        op(Opcode::OP_CLOSURE, inner.captures.size());
        for (const auto& [is_local, index] : inner.captures) {
            out_.emplace_back(is_local ? "true" : "false");
            out_.push_back(std::to_string(index));
        }
    }

    /// A function of the old kind, called by its name from here on.
    void declare_function(int depth) {
        const Declared function{choices_.chance(10) ? "upper" : "f" + std::to_string(declared_.size()),
                                choices_.below(3)};
        Body inner;
        inner.locals.assign(function.args, {Kind::Any, false});
        op(Opcode::OP_DECLARE_FN);
        out_.push_back(quoted(function.name));
        out_.push_back(std::to_string(function.args));
        out_.emplace_back("0");
        const std::size_t length = out_.size() - 1;
        Body* const outer = std::exchange(body_, &inner);
        expression(Kind::Any, depth);
        op(Opcode::OP_RETURN);
        body_ = outer;
        lands(length);
        declared_.push_back(function);
    }
    void declared_call(int depth) {
        const Declared& function = choices_.pick(declared_);
        for (std::size_t k = 0; k < function.args; ++k) expression(Kind::Any, depth - 1);
        named_call(function.name, function.args);
    }

    // statements: each leaves the stack as it found it, but for variables

    void block(int depth) {
        const std::size_t height = body_->locals.size();
        for (std::size_t n = 1 + choices_.below(3); n > 0; --n) statement(depth - 1);
        end_scope(height);
    }
    void statement(int depth) {
        if (depth <= 0 || is_full()) return;
        switch (choices_.below(16)) {
            case 0:
            case 1:
            case 14:
            case 2: {
                const Kind kind = choices_.pick(kLocals);
                expression(kind, depth);
                body_->locals.push_back({kind, false});
                return;
            }
            case 3:
            case 4:
                if (body_->locals.empty()) return;
                expression(Kind::Any, depth);
                variable(Opcode::OP_SET_LOCAL, Opcode::OP_SET_UPVALUE);
                return;
            case 5:
                expression(Kind::Any, depth);
                named_call("print", 1);
                return op(Opcode::OP_POP);
            case 6:
            case 7: return set_property(depth);
            case 8: return branch(depth);
            case 9: return loop(depth);
            case 15:
            case 10: return attempt(depth);
            case 11:
                if (!choices_.chance(40)) return;
                string(choices_.below(2) == 0 ? "E" : "HogError");
                leaf(Kind::Text);
                named_call("HogError", 2);
                return op(Opcode::OP_THROW);
            case 12:
                if (!choices_.chance(20)) return;
                expression(Kind::Any, depth);
                return op(Opcode::OP_RETURN);
            default: other(depth); return op(Opcode::OP_POP);
        }
    }
    void set_property(int depth) {
        const Kind kind = choices_.below(2) == 0 ? Kind::Dict : Kind::Array;
        if (!variable(Opcode::OP_GET_LOCAL, Opcode::OP_GET_UPVALUE, kind)) return;
        leaf(kind == Kind::Dict ? Kind::Key : Kind::Small);
        expression(Kind::Any, depth);
        op(Opcode::OP_SET_PROPERTY);
    }
    void branch(int depth) {
        expression(Kind::Bool, depth);
        const std::size_t otherwise = jump(Opcode::OP_JUMP_IF_FALSE);
        block(depth);
        if (choices_.chance(50)) {
            const std::size_t end = jump(Opcode::OP_JUMP);
            lands(otherwise);
            block(depth);
            return lands(end);
        }
        lands(otherwise);
    }
    /// Counts to a small number, with a variable of its own that closures may capture.
    void loop(int depth) {
        if (body_->loops >= kMostLoops) return;
        ++body_->loops;
        const std::size_t height = body_->locals.size();
        op(Opcode::OP_INTEGER, 0);
        body_->locals.push_back({Kind::Number, false});
        const std::size_t begin = out_.size();
        op(Opcode::OP_INTEGER, 1 + choices_.below(12));
        op(Opcode::OP_GET_LOCAL, height);
        op(Opcode::OP_LT);
        const std::size_t end = jump(Opcode::OP_JUMP_IF_FALSE);
        block(depth);
        op(Opcode::OP_INTEGER, 1);
        op(Opcode::OP_GET_LOCAL, height);
        op(Opcode::OP_PLUS);
        op(Opcode::OP_SET_LOCAL, height);
        op(Opcode::OP_JUMP);
        out_.push_back("-" + std::to_string(out_.size() + 1 - begin));
        lands(end);
        end_scope(height);
        --body_->loops;
    }
    void attempt(int depth) {
        op(Opcode::OP_TRY, 0);
        const std::size_t operand = out_.size() - 1;
        block(depth);
        op(Opcode::OP_POP_TRY);
        const std::size_t end = jump(Opcode::OP_JUMP);
        out_[operand] = std::to_string(out_.size() - operand);  // from the operand itself
        const std::size_t height = body_->locals.size();
        body_->locals.push_back({Kind::Dict, false});  // the error
        block(depth);
        end_scope(height);
        lands(end);
    }

    Choices& choices_;
    Tokens out_;
    Body* body_ = nullptr;
    std::vector<Declared> declared_;
};

}  // namespace

std::string generated_program(Choices& choices) { return Writer(choices).program(); }
std::string generated_calls(Choices& choices) { return Writer(choices).calls(); }
std::string_view generated_globals() { return kGlobals; }

}  // namespace hogvm::fuzz
