#include "reading.h"

#include <algorithm>

#include <hogvm/error.h>
#include <hogvm/javascript.h>

#include "purity.h"

namespace hogvm::matching {
namespace {

using Kind = Term::Kind;

constexpr int kDeepest = 200;           // terms, lambdas and conditional branches inside one another
constexpr std::size_t kMostCopies = 8;  // of a program, by the parts of it that become programs of their own

// Patterns take time and memory for each of their instructions, of which a few characters can make thousands.
constexpr std::size_t kMostSteps = 100'000;  // instructions of a rule's patterns, or so
constexpr std::size_t kStepsRefused = 5000;  // what a pattern counts as that RE2 gave up
constexpr std::size_t kLikePerStep = 8;      // characters of a LIKE, most of which are searched for as they are

/// Thrown where a program turns out to be of another kind.
struct NotRead {};

bool is_one_of(Opcode op, Opcode first, Opcode last) { return op >= first && op <= last; }

class Reader {
  public:
    Reader(const Program& program, const Host& host) : program_(program), chunk_(*program.chunks()[0]), host_(host) {}

    Reading read() {
        if (program_.chunks().size() != 1 || chunk_.globals != nullptr || program_.version() != 1) throw NotRead{};
        std::vector<std::uint32_t> stack;
        std::uint32_t at = chunk_.start;
        while (true) {
            const Instruction& i = code(at);
            if (i.op == Opcode::OP_RETURN || i.op == Opcode::END) break;
            at = step(at, stack, 0);
        }
        if (stack.size() != 1 || reading_.terms[stack[0]].kind == Kind::Function) throw NotRead{};
        reading_.root = stack[0];
        find_risks(reading_.root);
        check_copies();
        return std::move(reading_);
    }

  private:
    const Instruction& code(std::uint32_t at) const {
        if (at >= chunk_.code.size()) throw NotRead{};
        return chunk_.code[at];
    }
    const Term& at(std::uint32_t i) const { return reading_.terms[i]; }

    static std::uint32_t pop(std::vector<std::uint32_t>& stack) {
        if (stack.empty()) throw NotRead{};
        const std::uint32_t top = stack.back();
        stack.pop_back();
        return top;
    }
    /// The top `count`, the lowest first.
    static std::vector<std::uint32_t> pop_many(std::vector<std::uint32_t>& stack, std::int32_t count) {
        if (count < 0 || static_cast<std::size_t>(count) > stack.size()) throw NotRead{};
        std::vector<std::uint32_t> popped(stack.end() - count, stack.end());
        stack.resize(stack.size() - popped.size());
        return popped;
    }

    /// Adds a term of the instruction at `from`, whose tokens end where those of `next` begin.
    std::uint32_t add(Term e, std::uint32_t from, std::uint32_t next) {
        e.begin = code(from).ip;
        for (const std::uint32_t o : e.operands) {
            if (at(o).kind == Kind::Function && e.kind != Kind::Code) throw NotRead{};  // it has no value of its own
            e.begin = std::min(e.begin, at(o).begin);
            e.depth = std::max(e.depth, at(o).depth + 1);
            e.fails_within = e.fails_within || at(o).fails_within;
        }
        e.fails_within = e.fails_within || e.fails;
        e.end = code(next).ip;
        if (e.end <= e.begin || e.depth > kDeepest) throw NotRead{};
        reading_.terms.push_back(std::move(e));
        return static_cast<std::uint32_t>(reading_.terms.size() - 1);
    }

    std::uint32_t add(Kind kind, std::vector<std::uint32_t> operands, std::uint32_t from, bool fails = false) {
        Term e;
        e.kind = kind;
        e.op = code(from).op;
        e.operands = std::move(operands);
        e.fails = fails;
        return add(std::move(e), from, from + 1);
    }

    /// Reads the instruction at `from` and gives the place of the next.
    std::uint32_t step(std::uint32_t from, std::vector<std::uint32_t>& stack, int depth) {
        const Instruction& i = code(from);
        switch (i.op) {
            case Opcode::OP_STRING:
            case Opcode::OP_INTEGER:
            case Opcode::OP_FLOAT: constant(i.constant, from, stack); break;
            case Opcode::OP_TRUE: constant(Value::boolean(true), from, stack); break;
            case Opcode::OP_FALSE: constant(Value::boolean(false), from, stack); break;
            case Opcode::OP_NULL: constant(Value::null(), from, stack); break;
            case Opcode::OP_GET_GLOBAL: global(from, stack); break;
            case Opcode::OP_NOT: stack.push_back(add(Kind::Not, {pop(stack)}, from)); break;
            case Opcode::OP_AND: stack.push_back(add(Kind::And, pop_many(stack, i.n), from)); break;
            case Opcode::OP_OR: stack.push_back(add(Kind::Or, pop_many(stack, i.n), from)); break;
            case Opcode::OP_TUPLE:
            case Opcode::OP_ARRAY: list(from, stack); break;
            case Opcode::OP_GET_LOCAL:
                if (i.n < 0 || i.n >= parameters_) throw NotRead{};
                stack.push_back(add(Kind::Local, {}, from));
                break;
            case Opcode::OP_CALL_GLOBAL: call(from, stack); break;
            case Opcode::OP_JUMP_IF_STACK_NOT_NULL: return if_null(from, stack, depth);
            case Opcode::OP_JUMP_IF_FALSE: return choice(from, stack, depth);
            case Opcode::OP_CALLABLE: return lambda(from, stack, depth);
            case Opcode::OP_GET_PROPERTY:
            case Opcode::OP_GET_PROPERTY_NULLISH:
                stack.push_back(add(Kind::Code, pop_many(stack, 2), from, true));
                break;
            default:
                if (!is_one_of(i.op, Opcode::OP_PLUS, Opcode::OP_NOT_IREGEX)) throw NotRead{};
                binary(from, stack);
        }
        return from + 1;
    }

    void constant(Value v, std::uint32_t from, std::vector<std::uint32_t>& stack) {
        if (v.is_node()) throw NotRead{};
        Term e;
        e.constant = v;
        stack.push_back(add(std::move(e), from, from + 1));
    }

    void global(std::uint32_t from, std::vector<std::uint32_t>& stack) {
        Term e;
        e.kind = Kind::Global;
        e.operands = pop_many(stack, code(from).n);
        // The name is on top.
        for (auto key = e.operands.rbegin(); key != e.operands.rend(); ++key) {
            if (at(*key).kind != Kind::Constant || !at(*key).constant.is_string()) throw NotRead{};
            e.path.push_back(at(*key).constant);
        }
        if (e.path.empty()) throw NotRead{};
        // A function may be meant.
        const std::string_view name = e.path[0].as_text();
        if (e.path.size() == 1 && (program_.library().find(name) != nullptr || host_.find(name) != nullptr))
            throw NotRead{};
        const std::uint32_t made = add(std::move(e), from, from + 1);
        reading_.terms[made].operands.clear();
        stack.push_back(made);
    }

    void list(std::uint32_t from, std::vector<std::uint32_t>& stack) {
        std::vector<std::uint32_t> items = pop_many(stack, code(from).n);
        const bool is_constant =
            std::all_of(items.begin(), items.end(), [this](std::uint32_t i) { return at(i).kind == Kind::Constant; });
        stack.push_back(add(is_constant ? Kind::List : Kind::Code, std::move(items), from));
    }

    /// Whether an operand is a constant that RE2 takes as a pattern.
    bool is_pattern(std::uint32_t i, pattern::Form form) {
        if (at(i).kind != Kind::Constant) return false;
        if (steps_ > kMostSteps) throw NotRead{};
        const bool is_like = form == pattern::Form::Like || form == pattern::Form::LikeIgnoringCase;
        try {
            const pattern::Compiled compiled(form, at(i).constant);
            steps_ += compiled.size() / (is_like ? kLikePerStep : 1);
            return true;
        } catch (const Failure&) {
            steps_ += kStepsRefused;
            return false;
        }
    }

    /// Whether the value is no array or object that = would compare by identity: the bytecode makes a new one each
    /// time, the rule set one an event.
    bool is_shareable(std::uint32_t i) const {
        switch (at(i).kind) {
            case Kind::Constant:
            case Kind::Not:
            case Kind::And:
            case Kind::Or:
            case Kind::Compare:
            case Kind::In:
            case Kind::Matches:
            case Kind::Search:
            case Kind::ToText:
            case Kind::Version: return true;  // arrays of numbers compare by their elements
            default: return false;
        }
    }

    void binary(std::uint32_t from, std::vector<std::uint32_t>& stack) {
        const Opcode op = code(from).op;
        const std::uint32_t left = pop(stack);
        const std::uint32_t right = pop(stack);
        Kind kind = Kind::Code;
        bool fails = false;
        if (is_one_of(op, Opcode::OP_EQ, Opcode::OP_LT_EQ)) {
            if (is_shareable(left) || is_shareable(right)) kind = Kind::Compare;
        } else if (op == Opcode::OP_IN || op == Opcode::OP_NOT_IN) {
            const bool is_known = at(right).kind == Kind::List || at(right).constant.is_string();
            if (is_known) kind = Kind::In;
            fails = !is_known;
        } else if (const std::optional<pattern::Form> form = form_of(op)) {
            const bool is_known = is_pattern(right, *form);
            kind = is_known ? Kind::Matches : Kind::Code;
            fails = !is_known;
        }
        stack.push_back(add(kind, {left, right}, from, fails));
    }

    void call(std::uint32_t from, std::vector<std::uint32_t>& stack) {
        const Instruction& i = code(from);
        const Chunk::Callee& callee = chunk_.callees[i.to];
        const std::string_view name = callee.name.as_text();
        const Purity* purity = purity_of(name);
        if (purity == nullptr || callee.member == nullptr || host_.find(name) != nullptr) throw NotRead{};
        const Function& f = *callee.member->function;
        // One that is written in Hog may call what the host has by that name.
        if (f.native == nullptr && host_.has_functions()) throw NotRead{};
        std::vector<std::uint32_t> arguments = pop_many(stack, i.n);
        const bool has_arity = i.n >= f.min_args && (f.max_args == Function::kAnyNumber || i.n <= f.max_args);
        bool fails = !has_arity || purity->fails == Fails::Perhaps;
        if (has_arity && purity->fails == Fails::OnPattern)
            fails = !is_pattern(arguments[static_cast<std::size_t>(purity->argument)], form_of(name));
        Kind kind = Kind::Code;
        if (name == "toString" && i.n == 1) kind = Kind::ToText;
        if (name == "sortableSemver" && i.n == 1) kind = Kind::Version;
        if (name == "match" && !fails) kind = Kind::Search;
        if (has_arity && purity->fails == Fails::OnNull) {
            const std::uint32_t subject = arguments[static_cast<std::size_t>(purity->argument)];
            fails = !note_null_risk(subject) || !takes_function(name, arguments);
        }
        const std::uint32_t made = add(kind, std::move(arguments), from, fails);
        reading_.terms[made].name = name;
        stack.push_back(made);
    }

    static pattern::Form form_of(std::string_view function) {
        if (function == "like" || function == "notLike") return pattern::Form::Like;
        if (function == "ilike" || function == "notILike") return pattern::Form::LikeIgnoringCase;
        return pattern::Form::Regex;
    }
    static std::optional<pattern::Form> form_of(Opcode op) { return matching::form_of(op); }

    /// arrayExists and arrayCount fail for what is no function in their first argument.
    bool takes_function(std::string_view name, const std::vector<std::uint32_t>& arguments) const {
        return !name.starts_with("array") || at(arguments[0]).kind == Kind::Function;
    }

    /// Where null is all that the call fails on, it is that which is looked at, since rules share it. Not within a
    /// lambda, whose parameters only a call knows.
    bool note_null_risk(std::uint32_t subject) {
        if (parameters_ > 0) return false;
        reading_.risks.push_back({subject, true});
        return true;
    }

    struct Branch {
        std::uint32_t result;
        std::uint32_t next;
    };

    /// What the tokens from `from` to those of the instruction `to` leave on the stack.
    Branch branch(std::uint32_t from, std::uint32_t to, int depth) {
        if (depth >= kDeepest) throw NotRead{};
        const std::uint32_t end = code(to).ip;
        std::vector<std::uint32_t> stack;
        while (code(from).ip < end) from = step(from, stack, depth + 1);
        if (code(from).ip != end || stack.size() != 1) throw NotRead{};
        return {stack[0], from};
    }

    /// X, JUMP_IF_STACK_NOT_NULL to the end, POP, Y
    std::uint32_t if_null(std::uint32_t from, std::vector<std::uint32_t>& stack, int depth) {
        if (code(from + 1).op != Opcode::OP_POP) throw NotRead{};
        const std::uint32_t first = pop(stack);
        const Branch second = branch(from + 2, code(from).to, depth);
        Term e;
        e.kind = Kind::IfNull;
        e.operands = {first, second.result};
        stack.push_back(add(std::move(e), from, second.next));
        return second.next;
    }

    /// C, JUMP_IF_FALSE to Y, X, JUMP to the end, Y
    std::uint32_t choice(std::uint32_t from, std::vector<std::uint32_t>& stack, int depth) {
        const std::uint32_t otherwise = code(from).to;
        if (otherwise <= from + 2 || code(otherwise - 1).op != Opcode::OP_JUMP) throw NotRead{};
        const std::uint32_t to = code(otherwise - 1).to;
        Term e;
        e.kind = Kind::Code;
        e.op = Opcode::OP_JUMP_IF_FALSE;
        e.operands = {pop(stack)};
        const Branch then = branch(from + 1, otherwise - 1, depth);
        const Branch last = branch(otherwise, to, depth);
        e.operands.insert(e.operands.end(), {then.result, last.result});
        stack.push_back(add(std::move(e), from, last.next));
        return last.next;
    }

    /// CALLABLE, the body, CLOSURE without captures
    std::uint32_t lambda(std::uint32_t from, std::vector<std::uint32_t>& stack, int depth) {
        const Instruction& i = code(from);
        const Chunk::FunctionBody& body = chunk_.functions[static_cast<std::size_t>(i.n)];
        const std::uint32_t closure = i.to;
        if (parameters_ > 0 || body.upvalue_count != 0 || body.arg_count < 1 || body.arg_count > 8) throw NotRead{};
        if (closure <= from + 2 || code(closure).op != Opcode::OP_CLOSURE) throw NotRead{};
        if (chunk_.functions[static_cast<std::size_t>(code(closure).n)].upvalue_count != 0) throw NotRead{};
        if (code(closure - 1).op != Opcode::OP_RETURN) throw NotRead{};
        parameters_ = static_cast<std::int32_t>(body.arg_count);
        Term e;
        e.kind = Kind::Function;
        e.operands = {branch(from + 1, closure - 1, depth).result};
        parameters_ = 0;
        stack.push_back(add(std::move(e), from, closure + 1));
        return closure + 1;
    }

    /// The parts that fail by themselves. Code is run as a whole, so a part of it is no risk apart.
    void find_risks(std::uint32_t i) {
        const Term& e = at(i);
        if (!e.fails_within) return;
        if (e.fails || e.kind == Kind::Code || e.kind == Kind::ToText || e.kind == Kind::Version) {
            reading_.risks.push_back({i, false});
            return;
        }
        for (const std::uint32_t o : e.operands) find_risks(o);
    }

    /// How many tokens of the term become programs: code, and what may be run as such, which holds other such.
    std::size_t copied(std::uint32_t i) const {
        const Term& e = at(i);
        const std::size_t own = e.end - e.begin;
        if (e.kind == Kind::Code) return own;
        std::size_t all = e.kind == Kind::ToText || e.kind == Kind::Version ? own : 0;
        for (const std::uint32_t o : e.operands) all += copied(o);
        return all;
    }

    void check_copies() const {
        const std::size_t most = kMostCopies * chunk_.tokens->size;
        std::size_t all = copied(reading_.root);
        for (const Reading::Risk& risk : reading_.risks) all += copied(risk.term);
        if (all > most) throw NotRead{};
    }

    const Program& program_;
    const Chunk& chunk_;
    const Host& host_;
    Reading reading_;
    std::size_t steps_ = 0;        // of patterns so far
    std::int32_t parameters_ = 0;  // of the lambda that is being read
};

}  // namespace

std::optional<pattern::Form> form_of(Opcode op) {
    switch (op) {
        case Opcode::OP_LIKE:
        case Opcode::OP_NOT_LIKE: return pattern::Form::Like;
        case Opcode::OP_ILIKE:
        case Opcode::OP_NOT_ILIKE: return pattern::Form::LikeIgnoringCase;
        case Opcode::OP_REGEX:
        case Opcode::OP_NOT_REGEX: return pattern::Form::Regex;
        case Opcode::OP_IREGEX:
        case Opcode::OP_NOT_IREGEX: return pattern::Form::RegexIgnoringCase;
        default: return std::nullopt;
    }
}

std::optional<Reading> read(const Program& program, const Host& host) {
    try {
        return Reader(program, host).read();
    } catch (const NotRead&) {
        return std::nullopt;
    }
}

}  // namespace hogvm::matching
