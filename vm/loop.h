// The registers of the interpreter's loop, and what its instructions are made of. For interpreter.cpp only; its rules
// hold here.
#pragma once

#include <cmath>

#include <hogvm/javascript.h>

#include "operators.h"
#include "run.h"

// In line, everything: see the rules in interpreter.cpp. But not under a sanitizer, which would have hundreds of copies
// to instrument and the compiler many minutes to do it in; speed is nothing there.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HOGVM_IN_LINE
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HOGVM_IN_LINE
#endif
#ifndef HOGVM_IN_LINE
#define HOGVM_IN_LINE [[gnu::always_inline]]
#endif

namespace hogvm {

using fused::Operands;
using fused::Then;

inline constexpr std::int64_t kExactInts = std::int64_t{1} << 53;
inline constexpr std::int64_t kSlot = sizeof(Value);
inline constexpr Value kUndefined = Value::undefined();

/// Numbers within +-2^53, where integers and doubles compute alike, have no bit here above the lowest 54.
constexpr std::uint64_t exactness(std::int64_t i) {
    return static_cast<std::uint64_t>(i) + static_cast<std::uint64_t>(kExactInts);  // wraps
}

/// An arithmetic operator on two Ints, of which some are known to be within +-2^53. Returns false where the result is
/// none, or may be none.
template <Opcode kOp, bool kLeftIsExact = false, bool kRightIsExact = false>
HOGVM_IN_LINE inline bool compute_ints(std::int64_t a, std::int64_t b, std::int64_t& result) {
    std::uint64_t bits = 0;
    if constexpr (!kLeftIsExact) bits |= exactness(a);
    if constexpr (!kRightIsExact) bits |= exactness(b);
    if constexpr (kOp == Opcode::OP_MOD) {
        // A divisor of 32 bits takes half the time of one of 64. What is negative may give -0, and 0 gives NaN.
        if (((static_cast<std::uint64_t>(a) | static_cast<std::uint64_t>(b)) >> 32) == 0) {
            if (b == 0) return false;
            result = static_cast<std::uint32_t>(a) % static_cast<std::uint32_t>(b);
            return true;
        }
        if (bits >> 54 != 0 || a < 0 || b <= 0) return false;
        result = a % b;
        return true;
    } else if constexpr (kOp == Opcode::OP_MULTIPLY) {
        if (__builtin_mul_overflow(a, b, &result) || result == 0) return false;  // a product of 0 may be -0
    } else {
        // No overflow: it wraps, and then one of the three has too many bits.
        const auto left = static_cast<std::uint64_t>(a);
        const auto right = static_cast<std::uint64_t>(b);
        result = static_cast<std::int64_t>(kOp == Opcode::OP_PLUS ? left + right : left - right);
    }
    return (bits | exactness(result)) >> 54 == 0;
}

template <Opcode kOp>
HOGVM_IN_LINE inline Value compute_doubles(double a, double b) {
    if constexpr (kOp == Opcode::OP_PLUS) return Value::number(a + b);
    if constexpr (kOp == Opcode::OP_MINUS) return Value::number(a - b);
    if constexpr (kOp == Opcode::OP_MULTIPLY) return Value::number(a * b);
    if constexpr (kOp == Opcode::OP_DIVIDE) return Value::number(a / b);
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

/// Keeps the compiler from making a conditional move of a branch. The processor guesses where a branch goes, and runs
/// ahead; for a moved pc it would have to wait.
HOGVM_IN_LINE inline void keep_branch() { asm volatile(""); }

/// The loop's registers, and what it does with them.
struct Run::Loop {
    HOGVM_IN_LINE explicit Loop(Run& its_run) : run(its_run), base(run.base_), charges(run.stack_.charges()) { load(); }

    Run& run;
    const Instruction* pc;
    Value* sp;
    std::intptr_t room;  // the address that sp may not pass without a new peak: base + peak - excess
    std::intptr_t origin;
    Value* const base;
    std::int64_t* const charges;
    Value* locals;  // the frame's first slot

    HOGVM_IN_LINE static std::intptr_t address(const void* p) { return reinterpret_cast<std::intptr_t>(p); }
    HOGVM_IN_LINE static std::intptr_t bytes_from(const void* from, const void* to) {
        return address(to) - address(from);
    }

    HOGVM_IN_LINE void save() { run.at_ = {pc, sp, address(base) + run.peak2_ - room, origin}; }
    HOGVM_IN_LINE void load_frame() { locals = base + run.top().start; }
    HOGVM_IN_LINE void load() {
        pc = run.at_.pc;
        sp = run.at_.sp;
        load_room();
        origin = run.at_.origin;
        load_frame();
    }
    HOGVM_IN_LINE std::int64_t height() const { return sp - base; }
    /// A call of DECLARE_FN's may lack arguments: its frame then starts below the stack.
    HOGVM_IN_LINE bool is_on_stack(std::int64_t slot) const {
        return static_cast<std::uint64_t>(slot) < static_cast<std::uint64_t>(height());
    }
    /// Whether fused instructions hold here; see heights.h.
    HOGVM_IN_LINE bool is_as_high_as_known() const { return sp - locals == pc->height; }
    /// Whether there may be `slots` more, with `more2` of excess, without a new peak.
    HOGVM_IN_LINE bool fits(std::int64_t slots, std::int64_t more2 = 0) const {
        return address(sp + slots) + more2 <= room;
    }
    /// The same, and makes a new peak of it if the limits have room.
    HOGVM_IN_LINE bool has_room_for(std::int64_t slots, std::int64_t more2) {
        const std::intptr_t wanted = address(sp + slots) + more2;
        return wanted <= room || raise_peak(wanted);
    }
    HOGVM_IN_LINE bool raise_peak(std::intptr_t wanted) {
        const std::int64_t use2 = wanted - room + run.peak2_;
        if (use2 > run.ceiling2_) return false;
        run.peak2_ = run.true_peak2_ = use2;
        room = wanted;
        return true;
    }
    HOGVM_IN_LINE void check_peak() {
        if (address(sp) > room && !raise_peak(address(sp))) [[unlikely]] {
            save();
            run.over_peak();
            load_room();
        }
    }
    HOGVM_IN_LINE void load_room() { room = address(base) + run.peak2_ - run.at_.excess2; }
    HOGVM_IN_LINE void push_primitive(Value v) {
        *sp++ = v;
        check_peak();
    }
    /// Records what a slot's value costs.
    HOGVM_IN_LINE void charge(const Value* slot, std::int64_t cost) {
        charges[slot - base] = cost;
        room -= 2 * (cost - 8);
    }
    HOGVM_IN_LINE void push_charged(Value v, std::int64_t cost) {
        charge(sp, cost);
        *sp++ = v.charged(true);
        check_peak();
    }
    /// What a value costs on the stack.
    HOGVM_IN_LINE std::int64_t cost_of(const Value& v) {
        if (!v.is_heavy()) return 8;
        if (v.is_string() && !v.is_counted()) return 8 + static_cast<std::int64_t>(v.units());
        if (v.is_node() && !v.as_node()->has_nodes) return v.as_node()->cost;
        save();
        return run.heap_.cost(v);
    }
    HOGVM_IN_LINE void push(const Value& v) {
        if (v.is_heavy()) {
            push_charged(v, cost_of(v));
        } else {
            push_primitive(v.charged(false));
        }
    }
    HOGVM_IN_LINE void release(const Value* slot) {
        if (slot->is_charged()) room += 2 * (charges[slot - base] - 8);
    }
    HOGVM_IN_LINE Value pop() {
        if (sp == base) [[unlikely]] {
            save();
            run.underflow();
        }
        release(--sp);
        return *sp;
    }
    HOGVM_IN_LINE bool pop_truth() {
        if (sp != base && sp[-1].is(Type::Bool)) return (--sp)->as_bool();
        return javascript::to_boolean(pop());
    }
    /// Goes on `distance` bytes after `after`.
    HOGVM_IN_LINE void go_forward(std::int64_t distance, const Instruction* after) {
        origin += distance;
        pc = reinterpret_cast<const Instruction*>(address(after) + distance);
    }
    HOGVM_IN_LINE void go_back(std::int64_t distance, const Instruction* after) {
        go_forward(distance, after);
        if (--run.ticks_ == 0) [[unlikely]] {
            save();
            run.slow_tick();
            load();
        }
    }
    /// CALLABLE and DECLARE_FN: the function's body is jumped over.
    HOGVM_IN_LINE void go_over_body() { go(bytes_from(pc + 1, run.top().chunk->code.data() + pc->to), pc + 1); }
    /// A jump of `distance` bytes from `after` on.
    HOGVM_IN_LINE void go(std::int64_t distance, const Instruction* after) {
        if (distance < 0) {
            go_back(distance, after);
        } else {
            go_forward(distance, after);
        }
    }
    HOGVM_IN_LINE void compare_values(Opcode op) {
        const Value left = pop();
        const Value right = pop();
        save();
        run.charge(left);
        run.charge(right);
        push_primitive(Value::boolean(compare(op, left, right, run.heap_)));
    }
    HOGVM_IN_LINE void compute(Opcode op) {
        const Value left = pop();
        const Value right = pop();
        save();
        run.charge(left);
        run.charge(right);
        push_primitive(arithmetic(op, left, right));
    }
    /// Replaces two uncharged Ints on the stack, the left one above. Returns false, having changed nothing, if what is
    /// there is something else, or the result is none.
    template <Opcode kOp>
    HOGVM_IN_LINE bool compute_two_ints() {
        if (height() < 2 || !Value::are_plain_ints(sp[-1], sp[-2])) return false;
        std::int64_t result = 0;
        if (!compute_ints<kOp>(sp[-1].as_int(), sp[-2].as_int(), result)) return false;
        --sp;
        sp[-1] = Value::integer(result);
        return true;
    }
    /// EQ and NOT_EQ of two short texts, or of null and what is no node: nothing has to be converted, and nothing
    /// takes long.
    HOGVM_IN_LINE bool compare_as_they_are(bool wanted) {
        if (height() < 2) return false;
        const Value left = sp[-1];
        const Value right = sp[-2];
        bool equal = false;
        if (left.is_string() && right.is_string()) {
            if (left.bytes() == right.bytes()) {
                if (left.bytes() > kLongText) return false;
                equal = left.as_text() == right.as_text();
            }
        } else if (left.is(Type::Null) || right.is(Type::Null)) {
            if (left.is_node() || right.is_node()) return false;
            equal = left.type() == right.type();
        } else {
            return false;
        }
        release(--sp);
        release(sp - 1);
        sp[-1] = Value::boolean(equal == wanted);
        return true;
    }
    template <Opcode kOp>
    HOGVM_IN_LINE bool compare_two_ints() {
        if (height() < 2 || !Value::are_plain_ints(sp[-1], sp[-2])) return false;
        const bool holds = compare_numbers<kOp>(sp[-1].as_int(), sp[-2].as_int());
        --sp;
        sp[-1] = Value::boolean(holds);
        return true;
    }

    // Parts of fused instructions. They return false, having changed nothing, where plain ones must do. They stand
    // where the stack's height is known, so that the slots that they use are there.

    /// Returns from a call with `result`, which is no longer on the stack; `after` is the instruction after the RETURN.
    /// The stack is not below the frame's start.
    HOGVM_IN_LINE bool give(Value result, const Instruction* after) {
        const std::int64_t start = run.top().start;
        // Nor below the stack's: no variable is open above -1 at the least.
        if (run.frames_.is_one() || run.highest_open_ >= start) return false;
        const std::int64_t cost = cost_of(result);
        Value* const bottom = base + start;
        while (sp > bottom) release(--sp);
        leave(after);
        if (result.is_heavy()) {
            push_charged(result, cost);
        } else {
            push_primitive(result.charged(false));
        }
        return true;
    }
    /// The same with a number or boolean that the upper `popped` values brought. They were there, so it is no peak.
    HOGVM_IN_LINE bool give_primitive(Value result, int popped, const Instruction* after) {
        if (run.frames_.is_one() || run.highest_open_ >= run.top().start) return false;
        Value* const bottom = locals;
        sp -= popped;
        while (sp > bottom) release(--sp);
        leave(after);
        *sp++ = result;
        return true;
    }
    HOGVM_IN_LINE void leave(const Instruction* after) {
        run.frames_.pop();
        load_frame();
        const Instruction* target = run.top().pc;
        origin += bytes_from(after, target);
        pc = target;
    }

    /// Calls `callee` with the `count` values that the stack has on top; `after` is the instruction to return to.
    HOGVM_IN_LINE bool enter(const Value& callee, std::int32_t count, const Instruction* after) {
        if (!callee.is(Type::Closure) || run.ticks_ == 1) return false;
        const Closure* closure = callee.as_closure();
        // The commonest call is one of the same function. Told apart, its code is known without waiting for the
        // closure.
        if (closure == run.top().closure) return enter_function(closure, run.top().function, count, after);
        return enter_function(closure, closure->callable, count, after);
    }

    HOGVM_IN_LINE bool enter_function(const Closure* closure, const Callable* function, std::int32_t count,
                                      const Instruction* after) {
        if (function->entry == nullptr || function->arg_count != count || !run.frames_.has_room_for_call())
            return false;
        // The closure itself is pushed, and popped again.
        if (!fits(1, 2 * (closure->cost - 8))) return false;
        --run.ticks_;
        run.top().pc = after;
        run.frames_.push(FrameKind::Closure, function->home, height() - count, closure, function);
        locals = sp - count;
        origin += bytes_from(after, function->entry);
        pc = function->entry;
        return true;
    }

    /// An operator with what brings its operands and what uses its result; see fused.h.
    template <Opcode kOp, Operands kOperands, Then kThen>
    HOGVM_IN_LINE bool fused_operator() {
        constexpr int kLoads = fused::loads(kOperands);
        constexpr int kPopped = 2 - kLoads;
        constexpr bool kLeftIsConstant = kOperands == Operands::LC || kOperands == Operands::SC;
        constexpr bool kRightIsConstant = kOperands == Operands::CL;
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
        } else if constexpr (kOperands == Operands::LC) {
            right = locals + pc[0].n;
            left = &pc[1].constant;
        } else if constexpr (kOperands == Operands::SL) {
            right = sp - 1;
            left = locals + pc[0].n;
        } else if constexpr (kOperands == Operands::SC) {
            right = sp - 1;
            left = &pc[0].constant;
        } else {
            left = sp - 1;
            right = sp - 2;
        }
        if (kLoads > 0 && !fits(kLoads)) return false;

        [[maybe_unused]] Value result;
        [[maybe_unused]] bool holds = false;
        // A quotient is computed in doubles.
        if (kOp != Opcode::OP_DIVIDE && Value::are_plain_ints(*left, *right)) [[likely]] {
            if constexpr (is_comparison(kOp)) {
                holds = compare_numbers<kOp>(left->as_int(), right->as_int());
            } else if constexpr (kOp != Opcode::OP_DIVIDE) {
                std::int64_t number = 0;
                if (!compute_ints<kOp, kLeftIsConstant, kRightIsConstant>(left->as_int(), right->as_int(), number))
                    return false;
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
            pc = after;
            if (!holds) {
                keep_branch();
                go_forward(use->constant.as_int(), after);
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
                return give_primitive(result, kPopped, after);
            } else {
                Value* const slot = locals + use->n;
                if (slot->is_charged()) return false;
                sp -= kPopped;
                *slot = result;
                if constexpr (kThen == Then::Set) {
                    pc = after;
                } else {
                    go_back(use[1].constant.as_int(), after);
                }
                return true;
            }
        }
    }

    /// GET_LOCAL of an array and of a position, GET_PROPERTY: finds the element, with what it costs.
    HOGVM_IN_LINE bool local_element(Value& element, std::int64_t& cost) {
        const Value* array = locals + pc[0].n;
        const Value* position = locals + pc[1].n;
        if (!array->is(Type::Array) || !position->is(Type::Int)) return false;
        const Array* a = array->as_array();
        const std::int64_t at = position->as_int();
        if (at <= 0 || at > a->size) return false;
        if (!fits(2, 2 * (cost_of(*array) - 8))) return false;
        element = a->items[at - 1];
        if (element.is_nullish()) element = Value::null();
        cost = cost_of(element);
        return fits(1, 2 * (cost - 8));
    }

    /// What a comparison's or a pattern's operator makes of a primitive or text, and a constant.
    HOGVM_IN_LINE bool holds(Opcode op, const Value& left, const Value& right) {
        if (Value::are_plain_ints(left, right)) {
            switch (op) {
                case Opcode::OP_EQ: return left.as_int() == right.as_int();
                case Opcode::OP_NOT_EQ: return left.as_int() != right.as_int();
                case Opcode::OP_GT: return left.as_int() > right.as_int();
                case Opcode::OP_GT_EQ: return left.as_int() >= right.as_int();
                case Opcode::OP_LT: return left.as_int() < right.as_int();
                case Opcode::OP_LT_EQ: return left.as_int() <= right.as_int();
                default: break;
            }
        }
        if (op <= Opcode::OP_NOT_EQ && left.is_string() && right.is_string())
            return (left.as_text() == right.as_text()) == (op == Opcode::OP_EQ);
        save();
        if (is_comparison(op)) return compare(op, left, right, run.heap_);
        return run.host_.match ? matches_by(run.host_.match, op, left, right) : matches(op, left, right);
    }

    /// SET_LOCAL of what is on top into a slot below it.
    HOGVM_IN_LINE void store(Value* slot) {
        const Value v = sp[-1];
        const std::int64_t cost = cost_of(v);
        release(--sp);
        release(slot);
        if (!v.is_heavy()) {
            *slot = v.charged(false);
            return;
        }
        charge(slot, cost);
        *slot = v.charged(true);
        if (address(sp) > room) [[unlikely]] {
            save();
            run.note_peak();
            load_room();
        }
    }

    /// Takes the arguments of a library function's call, and calls it.
    HOGVM_IN_LINE Value call_library() {
        --run.ticks_;
        Value* const args = sp - pc->n;
        while (sp > args) release(--sp);
        save();
        for (std::int32_t k = 0; k < pc->n; ++k) run.charge(args[k]);
        const Function& function = *run.top().chunk->callees[pc->to].member->function;
        Call call(run.heap_, run, run.host_, function.name, {args, static_cast<std::size_t>(pc->n)});
        return function.native(call);
    }
};

}  // namespace hogvm
