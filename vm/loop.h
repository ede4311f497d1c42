// The registers of the interpreter's loop, and what its instructions are made of. For interpreter.cpp only; its rules
// hold here.
#pragma once

#include <cmath>

#include "operators.h"
#include "run.h"

namespace hogvm {

using fused::Operands;
using fused::Then;

inline constexpr std::int64_t kExactInts = std::int64_t{1} << 53;
inline constexpr std::int64_t kSlot = sizeof(Value);
inline constexpr Value kUndefined = Value::undefined();

/// Whether both are within +-2^53, where integers and doubles compute alike.
inline bool are_exact(std::int64_t a, std::int64_t b) {
    constexpr std::uint64_t kShift = kExactInts;  // unsigned sums wrap
    return (((static_cast<std::uint64_t>(a) + kShift) | (static_cast<std::uint64_t>(b) + kShift)) >> 54) == 0;
}

/// An arithmetic operator on two Ints. Returns false where the result is none, or may be none.
template <Opcode kOp>
[[gnu::always_inline]] inline bool compute_ints(std::int64_t a, std::int64_t b, std::int64_t& result) {
    if (!are_exact(a, b)) return false;
    if constexpr (kOp == Opcode::OP_MOD) {
        if (a < 0 || b <= 0) return false;  // the remainder may be -0 or NaN
        // A division of 32 bits takes half the time of one of 64.
        result = ((a | b) >> 32) == 0 ? static_cast<std::uint32_t>(a) % static_cast<std::uint32_t>(b) : a % b;
        return true;
    }
    if constexpr (kOp == Opcode::OP_PLUS) result = a + b;
    if constexpr (kOp == Opcode::OP_MINUS) result = a - b;
    if constexpr (kOp == Opcode::OP_MULTIPLY) {
        // A product of 0 may be -0.
        if (__builtin_mul_overflow(a, b, &result) || result == 0) return false;
    }
    return result <= kExactInts && result >= -kExactInts;
}

template <Opcode kOp>
[[gnu::always_inline]] inline Value compute_doubles(double a, double b) {
    if constexpr (kOp == Opcode::OP_PLUS) return Value::number(a + b);
    if constexpr (kOp == Opcode::OP_MINUS) return Value::number(a - b);
    if constexpr (kOp == Opcode::OP_MULTIPLY) return Value::number(a * b);
    return Value::number(std::fmod(a, b));
}

template <Opcode kOp, typename Number>
bool compare_numbers(Number a, Number b) {
    if constexpr (kOp == Opcode::OP_EQ) return a == b;
    if constexpr (kOp == Opcode::OP_NOT_EQ) return a != b;
    if constexpr (kOp == Opcode::OP_GT) return a > b;
    if constexpr (kOp == Opcode::OP_GT_EQ) return a >= b;
    if constexpr (kOp == Opcode::OP_LT) return a < b;
    return a <= b;
}

constexpr bool is_comparison(Opcode op) { return op >= Opcode::OP_EQ && op <= Opcode::OP_LT_EQ; }

/// The loop's registers, and what it does with them.
struct Run::Loop {
    [[gnu::always_inline]] explicit Loop(Run& its_run)
        : run(its_run),
          pc(run.at_.pc),
          sp(run.at_.sp),
          excess2(run.at_.excess2),
          origin(run.at_.origin),
          base(run.base_),
          charges(run.stack_.charges()) {
        load_frame();
    }

    Run& run;
    const Instruction* pc;
    Value* sp;
    std::int64_t excess2;
    std::intptr_t origin;
    Value* const base;
    std::int64_t* const charges;
    Value* locals;            // the frame's first slot
    const Instruction* code;  // the frame's chunk's

    [[gnu::always_inline]] void save() { run.at_ = {pc, sp, excess2, origin}; }
    [[gnu::always_inline]] void load_frame() {
        locals = base + run.top().start;
        code = run.top().chunk->code.data();
    }
    [[gnu::always_inline]] void load() {
        pc = run.at_.pc;
        sp = run.at_.sp;
        excess2 = run.at_.excess2;
        origin = run.at_.origin;
        load_frame();
    }
    [[gnu::always_inline]] static std::intptr_t bytes_from(const void* from, const void* to) {
        return reinterpret_cast<const char*>(to) - reinterpret_cast<const char*>(from);
    }
    [[gnu::always_inline]] std::int64_t height() const { return sp - base; }
    [[gnu::always_inline]] std::int64_t use2() const { return bytes_from(base, sp) + excess2; }
    /// Whether there may be `slots` more, with `more2` of excess, without a new peak.
    [[gnu::always_inline]] bool fits(std::int64_t slots, std::int64_t more2 = 0) const {
        return use2() + slots * kSlot + more2 <= run.peak2_;
    }
    [[gnu::always_inline]] void check_peak() {
        if (use2() > run.peak2_) [[unlikely]] {
            save();
            run.over_peak();
        }
    }
    [[gnu::always_inline]] void push_primitive(Value v) {
        *sp++ = v;
        check_peak();
    }
    [[gnu::always_inline]] void push_charged(Value v, std::int64_t cost) {
        charges[height()] = cost;
        excess2 += 2 * (cost - 8);
        *sp++ = v.charged(true);
        check_peak();
    }
    /// What a value costs on the stack.
    [[gnu::always_inline]] std::int64_t cost_of(const Value& v) {
        if (!v.is_heavy()) return 8;
        if (v.is_string()) return 8 + static_cast<std::int64_t>(v.units());
        if (!v.as_node()->has_nodes) return v.as_node()->cost;
        save();
        return run.heap_.cost(v);
    }
    [[gnu::always_inline]] void push(const Value& v) {
        if (v.is_heavy()) {
            push_charged(v, cost_of(v));
        } else {
            push_primitive(v.charged(false));
        }
    }
    [[gnu::always_inline]] void release(const Value* slot) {
        if (slot->is_charged()) excess2 -= 2 * (charges[slot - base] - 8);
    }
    [[gnu::always_inline]] Value pop() {
        if (sp == base) [[unlikely]] {
            save();
            run.underflow();
        }
        release(--sp);
        return *sp;
    }
    [[gnu::always_inline]] void go_on_at(const Instruction* target, const Instruction* after) {
        origin += bytes_from(after, target);
        const bool is_backward = target < after;
        pc = target;
        if (is_backward && --run.ticks_ == 0) [[unlikely]] {
            save();
            run.slow_tick();
            load();
        }
    }
    [[gnu::always_inline]] void jump(std::uint32_t to) { go_on_at(code + to, pc + 1); }
    [[gnu::always_inline]] void compare_values(Opcode op) {
        const Value left = pop();
        const Value right = pop();
        save();
        push_primitive(Value::boolean(compare(op, left, right, run.heap_)));
    }
    [[gnu::always_inline]] void compute(Opcode op) {
        const Value left = pop();
        const Value right = pop();
        save();
        push_primitive(arithmetic(op, left, right));
    }
    /// Replaces two uncharged Ints on the stack, the left one above. Returns false, having changed nothing, if what is
    /// there is something else, or the result is none.
    template <Opcode kOp>
    [[gnu::always_inline]] bool compute_two_ints() {
        if (height() < 2 || !Value::are_plain_ints(sp[-1], sp[-2])) return false;
        std::int64_t result = 0;
        if (!compute_ints<kOp>(sp[-1].as_int(), sp[-2].as_int(), result)) return false;
        --sp;
        sp[-1] = Value::integer(result);
        return true;
    }
    template <Opcode kOp>
    [[gnu::always_inline]] bool compare_two_ints() {
        if (height() < 2 || !Value::are_plain_ints(sp[-1], sp[-2])) return false;
        const bool holds = compare_numbers<kOp>(sp[-1].as_int(), sp[-2].as_int());
        --sp;
        sp[-1] = Value::boolean(holds);
        return true;
    }

    // Parts of fused instructions. They return false, having changed nothing, where plain ones must do.

    /// A declared function may have its frame start below the stack: it is called with fewer values than it takes.
    [[gnu::always_inline]] bool is_there(const Value* slot) const { return slot >= base && slot < sp; }

    /// Returns from a call with `result`, which the upper `popped` values have brought; `after` is the instruction
    /// after after the RETURN.
    [[gnu::always_inline]] bool give(Value result, int popped, const Instruction* after) {
        const std::int64_t start = run.top().start;
        if (run.frames_.is_one() || run.highest_open_ >= start || height() - popped < start) return false;
        const std::int64_t cost = cost_of(result);
        Value* const bottom = base + start;
        while (sp > bottom) release(--sp);
        run.frames_.pop();
        load_frame();
        const Instruction* target = run.top().pc;
        origin += bytes_from(after, target);
        pc = target;
        if (result.is_heavy()) {
            push_charged(result, cost);
        } else {
            push_primitive(result.charged(false));
        }
        return true;
    }

    /// Calls `callee` with the `count` values on the stack; `after` is the instruction to return to.
    [[gnu::always_inline]] bool enter(const Value& callee, std::int32_t count, const Instruction* after) {
        if (!callee.is(Type::Closure) || run.ticks_ == 1) return false;
        const Closure* closure = callee.as_closure();
        // The commonest call is one of the same function. Told apart, its code is known without waiting for the
        // closure.
        if (closure == run.top().closure) return enter_function(callee, closure, run.top().function, count, after);
        return enter_function(callee, closure, closure->callable, count, after);
    }

    [[gnu::always_inline]] bool enter_function(const Value& callee, const Closure* closure, const Callable* function,
                                               std::int32_t count, const Instruction* after) {
        if (function->kind != CallableKind::Local || function->home == nullptr || function->arg_count != count ||
            count > height() || run.frames_.size() >= kMostFrames)
            return false;
        // The closure itself is pushed, and popped again.
        if (!fits(1, 2 * (cost_of(callee) - 8))) return false;
        --run.ticks_;
        run.top().pc = after;
        run.frames_.push(FrameKind::Closure, function->home, height() - count, closure, function);
        locals = sp - count;
        code = function->home->code.data();
        origin += bytes_from(after, function->entry);
        pc = function->entry;
        return true;
    }

    /// An operator with what brings its operands and what uses its result; see fused.h.
    template <Opcode kOp, Operands kOperands, Then kThen>
    [[gnu::always_inline]] bool fused_operator() {
        constexpr int kLoads = fused::loads(kOperands);
        constexpr int kPopped = 2 - kLoads;
        const Instruction* const use = pc + kLoads + 1;
        const Instruction* const after = use + fused::uses(kThen);
        const Value* left = nullptr;
        const Value* right = nullptr;
        if constexpr (kOperands == Operands::CL) {
            right = &pc[0].constant;
            left = locals + pc[1].n;
        } else if constexpr (kOperands == Operands::LL) {
            right = locals + pc[0].n;
            left = locals + pc[1].n;
            if (!is_there(right)) return false;
        } else if constexpr (kOperands == Operands::LC) {
            right = locals + pc[0].n;
            left = &pc[1].constant;
            if (!is_there(right)) return false;
        } else if constexpr (kOperands == Operands::SL) {
            if (sp == base) return false;
            right = sp - 1;
            left = locals + pc[0].n;
        } else if constexpr (kOperands == Operands::SC) {
            if (sp == base) return false;
            right = sp - 1;
            left = &pc[0].constant;
        } else {
            if (height() < 2) return false;
            left = sp - 1;
            right = sp - 2;
        }
        if constexpr (kOperands == Operands::CL || kOperands == Operands::LL || kOperands == Operands::SL)
            if (!is_there(left)) return false;
        if (kLoads > 0 && !fits(kLoads)) return false;

        [[maybe_unused]] Value result;
        [[maybe_unused]] bool holds = false;
        if (Value::are_plain_ints(*left, *right)) [[likely]] {
            if constexpr (is_comparison(kOp)) {
                holds = compare_numbers<kOp>(left->as_int(), right->as_int());
            } else {
                std::int64_t number = 0;
                if (!compute_ints<kOp>(left->as_int(), right->as_int(), number)) return false;
                result = Value::integer(number);
            }
        } else if (Value::are_plain_numbers(*left, *right)) {
            if constexpr (is_comparison(kOp)) {
                holds = compare_numbers<kOp>(left->as_number(), right->as_number());
            } else {
                result = compute_doubles<kOp>(left->as_number(), right->as_number());
            }
        } else {
            return false;
        }

        if constexpr (kThen == Then::Test) {
            sp -= kPopped;
            if (holds) {
                pc = after;
            } else {
                go_on_at(code + use->to, after);
            }
            return true;
        } else {
            if constexpr (is_comparison(kOp)) result = Value::boolean(holds);
            if constexpr (kThen == Then::Push) {
                sp -= kPopped;
                *sp++ = result;
                pc = after;
                return true;
            } else if constexpr (kThen == Then::Give) {
                return give(result, kPopped, after);
            } else {
                Value* const slot = locals + use->n;
                if (slot < base || slot >= sp - kPopped || slot->is_charged()) return false;
                sp -= kPopped;
                *slot = result;
                if constexpr (kThen == Then::Set) {
                    pc = after;
                } else {
                    go_on_at(code + use[1].to, after);
                }
                return true;
            }
        }
    }

    /// GET_LOCAL of an array and of a position, GET_PROPERTY: finds the element, with what it costs.
    [[gnu::always_inline]] bool local_element(Value& element, std::int64_t& cost) {
        const Value* array = locals + pc[0].n;
        const Value* position = locals + pc[1].n;
        if (!is_there(array) || !is_there(position) || !array->is(Type::Array) || !position->is(Type::Int))
            return false;
        const Array* a = array->as_array();
        const std::int64_t at = position->as_int();
        if (at <= 0 || at > a->size) return false;
        if (!fits(2, 2 * (cost_of(*array) - 8))) return false;
        element = a->items[at - 1];
        if (element.is_nullish()) element = Value::null();
        cost = cost_of(element);
        return fits(1, 2 * (cost - 8));
    }
};

}  // namespace hogvm
