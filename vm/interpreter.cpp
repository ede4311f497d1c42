// The interpreter's loop.
//
// Rules for whoever edits it:
//
//  1. pc, sp, excess2 and origin live in `r`, a local. Whatever can raise, or looks at the run (push_slow, calls, costs
//  of
//     nodes), needs save() before it; whatever may have moved them needs load() after it.
//  2. pc stands on the instruction being executed until it is done: errors, counts and traces depend on it.
//  3. Every instruction counts once, when it starts. CONTINUE and END are not instructions of the wire format and do
//  not.
//  4. Operands are released before the result is pushed: an instruction that pops at least as much as it pushes, and
//     pushes a primitive, can't reach a new peak.
//  5. A slot's charge goes with the slot, not with the value: what is copied out of a slot is pushed anew.
//  6. Values move only in tick(), which collects: no pointer into the heap may be held in a local across it.
#include <cmath>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>

#include "operators.h"
#include "run.h"

namespace hogvm {
namespace {

constexpr std::int64_t kExactInts = std::int64_t{1} << 53;

/// Whether both are within +-2^53, where integers and doubles compute alike.
bool are_exact(std::int64_t a, std::int64_t b) {
    return ((static_cast<std::uint64_t>(a + kExactInts) | static_cast<std::uint64_t>(b + kExactInts)) >> 54) == 0;
}

Value exact_or_double(std::int64_t result, double rounded) {
    return result <= kExactInts && result >= -kExactInts ? Value::integer(result) : Value::number(rounded);
}

}  // namespace

template <bool kTrace>
Run::Step Run::loop() {
    Registers r = at_;
    Value* const base = base_;
    std::int64_t* const charges = stack_.charges();
    std::int64_t start = top().start;

    // The compiler would rather keep `r` in memory than inline these.
    const auto save = [&]() __attribute__((always_inline)) { at_ = r; };
    const auto load = [&]() __attribute__((always_inline)) {
        r = at_;
        start = top().start;
    };
    const auto check_peak = [&]() __attribute__((always_inline)) {
        const std::int64_t use = reinterpret_cast<const char*>(r.sp) - reinterpret_cast<const char*>(base) + r.excess2;
        if (use > peak2_) [[unlikely]] {
            save();
            over_peak();
        }
    };
    const auto push_primitive = [&](Value v) __attribute__((always_inline)) {
        *r.sp++ = v;
        check_peak();
    };
    const auto push_charged = [&](Value v, std::int64_t cost) __attribute__((always_inline)) {
        charges[r.sp - base] = cost;
        r.excess2 += 2 * (cost - 8);
        *r.sp++ = v.charged(true);
        check_peak();
    };
    const auto push = [&](Value v) __attribute__((always_inline)) {
        if (!v.is_heavy()) return push_primitive(v.charged(false));
        if (v.is_string()) return push_charged(v, 8 + static_cast<std::int64_t>(v.units()));
        save();
        push_charged(v, heap_.cost(v));
    };
    const auto pop = [&]() __attribute__((always_inline)) {
        if (r.sp == base) [[unlikely]] {
            save();
            underflow();
        }
        --r.sp;
        if (r.sp->is_charged()) r.excess2 -= 2 * (charges[r.sp - base] - 8);
        return *r.sp;
    };
    const auto jump = [&](std::uint32_t to) __attribute__((always_inline)) {
        const Instruction* target = &top().chunk->code[to];
        r.origin += reinterpret_cast<std::intptr_t>(target) - reinterpret_cast<std::intptr_t>(r.pc + 1);
        const bool is_backward = target <= r.pc;
        r.pc = target;
        if (is_backward) {
            save();
            tick();
            load();
        }
    };
    const auto compare_values = [&](Opcode op) __attribute__((always_inline)) {
        const Value left = pop();
        const Value right = pop();
        save();
        push_primitive(Value::boolean(compare(op, left, right, heap_)));
    };
    const auto compute = [&](Opcode op) __attribute__((always_inline)) {
        const Value left = pop();
        const Value right = pop();
        save();
        push_primitive(arithmetic(op, left, right));
    };
    /// Two Ints on the stack, uncharged: `left` is the upper one.
    const auto has_two_ints = [&]() __attribute__((always_inline)) {
        return r.sp - base >= 2 && Value::are_plain_ints(r.sp[-1], r.sp[-2]);
    };
    const auto replace_two = [&](Value v) __attribute__((always_inline)) {
        --r.sp;
        r.sp[-1] = v;
    };

    for (;;) {
        if constexpr (kTrace) {
            if (r.pc->op < Opcode::END) {
                save();
                trace(top().chunk->is_before(*r.pc) ? -1 : std::int64_t{r.pc->ip});
            }
        }
        const Instruction& i = *r.pc;
        switch (i.op) {
            case Opcode::NO_OPERATION: break;
            case Opcode::OP_STRING:
            case Opcode::OP_INTEGER:
            case Opcode::OP_FLOAT:
                if (i.constant.is_node()) [[unlikely]] {
                    save();
                    push(copy(i.constant, heap_));  // the program's own stays as it is
                } else {
                    push(i.constant);
                }
                break;
            case Opcode::OP_TRUE: push_primitive(Value::boolean(true)); break;
            case Opcode::OP_FALSE: push_primitive(Value::boolean(false)); break;
            case Opcode::OP_NULL: push_primitive(Value::null()); break;
            case Opcode::OP_NOT: push_primitive(Value::boolean(!javascript::to_boolean(pop()))); break;
            case Opcode::OP_AND:
            case Opcode::OP_OR: {
                bool all = true;
                bool any = false;
                for (std::int32_t k = 0; k < i.n; ++k) {
                    const bool b = javascript::to_boolean(pop());
                    all = all && b;
                    any = any || b;
                }
                push_primitive(Value::boolean(i.op == Opcode::OP_AND ? all : any));
                break;
            }
            case Opcode::OP_PLUS:
                if (has_two_ints() && are_exact(r.sp[-1].as_int(), r.sp[-2].as_int())) {
                    const std::int64_t a = r.sp[-1].as_int();
                    const std::int64_t b = r.sp[-2].as_int();
                    replace_two(exact_or_double(a + b, static_cast<double>(a) + static_cast<double>(b)));
                    break;
                }
                compute(i.op);
                break;
            case Opcode::OP_MINUS:
                if (has_two_ints() && are_exact(r.sp[-1].as_int(), r.sp[-2].as_int())) {
                    const std::int64_t a = r.sp[-1].as_int();
                    const std::int64_t b = r.sp[-2].as_int();
                    replace_two(exact_or_double(a - b, static_cast<double>(a) - static_cast<double>(b)));
                    break;
                }
                compute(i.op);
                break;
            case Opcode::OP_MULTIPLY:
                if (has_two_ints()) {
                    const std::int64_t a = r.sp[-1].as_int();
                    const std::int64_t b = r.sp[-2].as_int();
                    std::int64_t product = 0;
                    // A product of 0 may be -0.
                    if (are_exact(a, b) && !__builtin_mul_overflow(a, b, &product) && product != 0) {
                        replace_two(exact_or_double(product, static_cast<double>(a) * static_cast<double>(b)));
                        break;
                    }
                }
                compute(i.op);
                break;
            case Opcode::OP_MOD:
                if (has_two_ints()) {
                    const std::int64_t a = r.sp[-1].as_int();
                    const std::int64_t b = r.sp[-2].as_int();
                    if (a >= 0 && b > 0 && are_exact(a, b)) {
                        replace_two(Value::integer(a % b));
                        break;
                    }
                }
                compute(i.op);
                break;
            case Opcode::OP_DIVIDE: compute(i.op); break;
            case Opcode::OP_EQ:
                if (has_two_ints()) {
                    replace_two(Value::boolean(r.sp[-1].as_int() == r.sp[-2].as_int()));
                } else if (r.sp - base >= 2 && r.sp[-1].is_string() && r.sp[-2].is_string()) {
                    const Value left = pop();
                    push_primitive(Value::boolean(left.as_text() == pop().as_text()));
                } else {
                    compare_values(i.op);
                }
                break;
            case Opcode::OP_NOT_EQ:
                if (has_two_ints()) {
                    replace_two(Value::boolean(r.sp[-1].as_int() != r.sp[-2].as_int()));
                } else {
                    compare_values(i.op);
                }
                break;
            case Opcode::OP_GT:
                if (has_two_ints()) {
                    replace_two(Value::boolean(r.sp[-1].as_int() > r.sp[-2].as_int()));
                } else {
                    compare_values(i.op);
                }
                break;
            case Opcode::OP_GT_EQ:
                if (has_two_ints()) {
                    replace_two(Value::boolean(r.sp[-1].as_int() >= r.sp[-2].as_int()));
                } else {
                    compare_values(i.op);
                }
                break;
            case Opcode::OP_LT:
                if (has_two_ints()) {
                    replace_two(Value::boolean(r.sp[-1].as_int() < r.sp[-2].as_int()));
                } else {
                    compare_values(i.op);
                }
                break;
            case Opcode::OP_LT_EQ:
                if (has_two_ints()) {
                    replace_two(Value::boolean(r.sp[-1].as_int() <= r.sp[-2].as_int()));
                } else {
                    compare_values(i.op);
                }
                break;
            case Opcode::OP_LIKE:
            case Opcode::OP_ILIKE:
            case Opcode::OP_NOT_LIKE:
            case Opcode::OP_NOT_ILIKE:
            case Opcode::OP_REGEX:
            case Opcode::OP_NOT_REGEX:
            case Opcode::OP_IREGEX:
            case Opcode::OP_NOT_IREGEX: {
                const Value text = pop();
                const Value pattern = pop();
                save();
                push_primitive(Value::boolean(matches(i.op, text, pattern)));
                break;
            }
            case Opcode::OP_IN:
            case Opcode::OP_NOT_IN: {
                const Value item = pop();
                const Value container = pop();
                save();
                push_primitive(Value::boolean(is_in(item, container) == (i.op == Opcode::OP_IN)));
                break;
            }
            case Opcode::OP_GET_GLOBAL:
                save();
                get_global(static_cast<std::size_t>(i.n));
                load();
                break;
            case Opcode::OP_POP: pop(); break;
            case Opcode::OP_CLOSE_UPVALUE:
                save();
                cut(height() - 1);
                load();
                break;
            case Opcode::OP_GET_LOCAL: {
                const std::int64_t slot = start + i.n;
                const bool is_there = static_cast<std::uint64_t>(slot) < static_cast<std::uint64_t>(r.sp - base);
                push(is_there ? base[slot] : Value::undefined());
                break;
            }
            case Opcode::OP_SET_LOCAL: {
                const std::int64_t slot = start + i.n;
                if (slot >= 0 && slot < r.sp - base - 1 && !r.sp[-1].is_heavy() && !r.sp[-1].is_charged() &&
                    !base[slot].is_charged()) {
                    base[slot] = *--r.sp;
                    break;
                }
                save();
                set_local(slot);
                load();
                break;
            }
            case Opcode::OP_GET_PROPERTY:
            case Opcode::OP_GET_PROPERTY_NULLISH: {
                const Value key = pop();
                const Value object = pop();
                if (object.is(Type::Array) && key.is(Type::Int) && key.as_int() > 0 &&
                    key.as_int() <= object.as_array()->size) {
                    const Value item = object.as_array()->items[key.as_int() - 1];
                    push(item.is_nullish() ? Value::null() : item);
                    break;
                }
                save();
                const Value path[] = {key};
                push(get_nested(object, path, false, heap_));
                break;
            }
            case Opcode::OP_SET_PROPERTY: {
                const Value v = pop();
                const Value key = pop();
                const Value object = pop();
                save();
                set_property(object, key, v.charged(false), heap_);
                break;
            }
            case Opcode::OP_DICT:
            case Opcode::OP_ARRAY:
            case Opcode::OP_TUPLE:
                save();
                make_container(i);
                load();
                break;
            case Opcode::OP_JUMP: jump(i.to); continue;
            case Opcode::OP_JUMP_IF_FALSE:
                if (!javascript::to_boolean(pop())) {
                    jump(i.to);
                    continue;
                }
                break;
            case Opcode::OP_JUMP_IF_STACK_NOT_NULL:
                if (r.sp != base && !r.sp[-1].is(Type::Null)) {
                    jump(i.to);
                    continue;
                }
                break;
            case Opcode::OP_DECLARE_FN: {
                const Chunk::FunctionBody& f = top().chunk->functions[static_cast<std::size_t>(i.n)];
                save();
                const Value name = javascript::to_string(i.constant, heap_);
                std::erase_if(declared_, [&](const Declared& d) { return d.name.as_text() == name.as_text(); });
                declared_.push_back({name, f.ip, f.arg_count});
                jump(i.to);
                continue;
            }
            case Opcode::OP_CALLABLE:
                save();
                make_callable(i);
                load();
                jump(i.to);
                continue;
            case Opcode::OP_CLOSURE:
                save();
                make_closure(i);
                load();
                break;
            case Opcode::OP_GET_UPVALUE: {
                save();
                const Upvalue& u = upvalue(i.n);
                if (u.is_closed) {
                    push(u.value);
                } else {
                    const bool is_there =
                        static_cast<std::uint64_t>(u.location) < static_cast<std::uint64_t>(r.sp - base);
                    push(is_there ? base[u.location] : Value::undefined());
                }
                break;
            }
            case Opcode::OP_SET_UPVALUE: {
                save();
                Upvalue& u = upvalue(i.n);
                const Value v = pop();
                if (u.is_closed) {
                    u.value = v.charged(false);
                } else if (u.location < r.sp - base) {
                    base[u.location] = v.charged(base[u.location].is_charged());
                } else {
                    save();
                    fail(ErrorKind::Bytecode,
                         "Invalid upvalue: its slot " + std::to_string(u.location) + " is not on the stack");
                }
                break;
            }
            case Opcode::OP_CALL_GLOBAL: {
                save();
                const Step step = call_global(i);
                if (step != Step::Continue) return step;
                load();
                continue;
            }
            case Opcode::OP_CALL_LOCAL: {
                save();
                const Step step = call_local(i);
                if (step != Step::Continue) return step;
                load();
                continue;
            }
            case Opcode::OP_RETURN:
                save();
                if (return_result()) return Step::Finished;
                load();
                continue;
            case Opcode::OP_THROW: {
                const Value error = pop();
                save();
                throw_error(error);
                load();
                continue;
            }
            case Opcode::OP_TRY:
                handlers_.push_back({static_cast<std::int64_t>(frames_.size()), r.sp - base, i.n});
                break;
            case Opcode::OP_POP_TRY:
                if (handlers_.empty()) {
                    save();
                    fail(ErrorKind::Bytecode, "Invalid operation POP_TRY: no try block to pop");
                }
                handlers_.pop_back();
                break;
            case Opcode::CONTINUE: {
                const Instruction* target = &top().chunk->code[i.to];
                const bool is_backward = target <= r.pc;
                r.origin += reinterpret_cast<std::intptr_t>(target) - reinterpret_cast<std::intptr_t>(r.pc);
                r.pc = target;
                if (is_backward) {
                    save();
                    tick();
                    load();
                }
                continue;
            }
            case Opcode::END:
                save();
                if (end_of_chunk()) return Step::Finished;
                load();
                continue;
            case Opcode::INVALID: save(); fail(ErrorKind::Bytecode, std::string(i.constant.as_text()));
            case Opcode::UNEXPECTED:
            case Opcode::OP_IN_COHORT:
            case Opcode::OP_NOT_IN_COHORT: {
                save();
                const std::string token = i.constant.is_string() ? std::string(i.constant.as_text()) : "";
                fail(ErrorKind::Bytecode, "Unexpected node while running bytecode in chunk \"" +
                                              javascript::to_string(top().chunk_name) + "\": " + token);
            }
        }
        ++r.pc;
    }
}

template Run::Step Run::loop<false>();
template Run::Step Run::loop<true>();

void Run::over_peak() {
    const std::int64_t use = use2();
    true_peak2_ = std::max(true_peak2_, use);
    const std::int64_t limit = options_.limits.memory;
    if (limit > 0 && use > 2 * limit)
        fail(ErrorKind::Memory, "Memory limit of " + std::to_string(limit) + " bytes exceeded. Tried to allocate " +
                                    std::to_string(use / 2) + " bytes.");
    if (height() * static_cast<std::int64_t>(sizeof(Value)) > last_use2())
        fail(ErrorKind::Memory, "Stack overflow: more than " + std::to_string(height()) + " values");
    peak2_ = std::min(true_peak2_, last_use2());
}

void Run::underflow() {
    if (options_.trace) {
        // The reference writes another row, at the operand if it has read that already.
        const bool has_read = kOpcodes[static_cast<std::uint8_t>(at_.pc->op)].operands != '-' &&
                              at_.pc->op != Opcode::OP_CALL_LOCAL && at_.pc->op != Opcode::OP_CLOSURE;
        trace(std::int64_t{at_.pc->ip} + (has_read ? 1 : 0));
    }
    fail(ErrorKind::Bytecode, "Invalid HogQL bytecode, stack is empty, can not pop");
}

void Run::cut(std::int64_t height_wanted) {
    if (height_wanted < 0 || height() < height_wanted) fail(ErrorKind::Bytecode, "Stack underflow");
    close_upvalues(height_wanted);
    drop(height_wanted);
}

void Run::set_local(std::int64_t slot) {
    const Value v = pop();
    if (slot < 0) {
        lost_count_ = true;
        return;
    }
    if (slot >= height()) {
        // The slot comes into being, and those before it as undefined; the reference's sum becomes NaN.
        lost_count_ = true;
        if (slot >= static_cast<std::int64_t>(stack_.slots()) - kMostArguments * 2)
            fail(ErrorKind::Memory, "Stack overflow: more than " + std::to_string(slot) + " values");
        while (height() < slot) push(Value::undefined());
        push(v);
        return;
    }
    Value& place = base_[slot];
    if (place.is_charged()) at_.excess2 -= 2 * (stack_.charges()[slot] - 8);
    const std::int64_t cost = heap_.cost(v);
    place = v.charged(v.is_heavy());
    if (v.is_heavy()) {
        stack_.charges()[slot] = cost;
        at_.excess2 += 2 * (cost - 8);
    }
    if (use2() > true_peak2_) {
        true_peak2_ = use2();
        peak2_ = std::min(true_peak2_, last_use2());
    }
}

void Run::make_container(const Instruction& i) {
    const std::int64_t wanted = std::int64_t{i.n} * (i.op == Opcode::OP_DICT ? 2 : 1);
    const std::int64_t size = height();
    // As JavaScript's splice with a start before the beginning: counted from the end, and clipped.
    std::int64_t from = size - wanted;
    if (from < 0) from = std::max<std::int64_t>(size + from, 0);
    const std::int64_t to = std::min(from + wanted, size);
    const std::span<const Value> items(base_ + from, static_cast<std::size_t>(to - from));
    Value made;
    if (i.op == Opcode::OP_DICT) {
        Dict* d = heap_.dict(items.size() / 2 + items.size() % 2);
        for (std::size_t k = 0; k < items.size(); k += 2)
            heap_.set(d, items[k].charged(false),
                      k + 1 < items.size() ? items[k + 1].charged(false) : Value::undefined());
        made = Value::dict(d);
    } else {
        made = Value::array(heap_.array_of(items, i.op == Opcode::OP_TUPLE));
    }
    drop(from);
    push(made);
}

void Run::get_global(std::size_t count) {
    if (static_cast<std::size_t>(height()) < count) {
        drop(0);
        underflow();
    }
    // The name is on top, the last key at the bottom.
    args_.clear();
    for (std::size_t k = 0; k < count; ++k) args_.push_back(pop().charged(false));
    const Value given_name = args_.empty() ? Value::null() : args_[0];
    if (!args_.empty() && !args_[0].is_string()) args_[0] = javascript::to_string(args_[0], heap_);
    Value v;
    const Frame& frame = top();
    if (!args_.empty()) {
        if (frame.chunk->is_root && globals_ != nullptr && globals_->read(args_, heap_, v)) return push(v);
        if (frame.chunk->globals != nullptr && heap_.find(frame.chunk->globals, args_[0].as_text()) != nullptr) {
            return push(from_host(
                get_nested(Value::object(const_cast<Dict*>(frame.chunk->globals)), args_, true, heap_), heap_));
        }
    }
    if (args_.size() == 1) {
        const std::string_view name = args_[0].as_text();
        const Host::Function* function = host_.find(name);
        if (function != nullptr && function->is_async)
            return push(Value::closure(
                heap_.closure(heap_.callable(CallableKind::Async, args_[0], Value::ascii("async"), 0, 0, -1), {})));
        if (const Library::Member* member = program_->library().find(name)) {
            const Function& f = *member->function;
            const int most = f.max_args == Function::kAnyNumber ? 0 : f.max_args;
            Callable* c = nullptr;
            if (f.is_async) {
                c = heap_.callable(CallableKind::Async, args_[0], Value::ascii("async"), most, 0, -1);
            } else if (f.native != nullptr) {
                c = heap_.callable(CallableKind::Library, args_[0], Value::ascii("stl"), most, 0, -1);
            } else {
                c = heap_.callable(CallableKind::Library, args_[0], member->chunk->name, f.min_args, 0, 0);
            }
            return push(Value::closure(heap_.closure(c, {})));
        }
    }
    if (!args_.empty()) args_[0] = given_name;
    std::string path;
    for (std::size_t k = 0; k < args_.size(); ++k) {
        if (k > 0) path += '.';
        if (!args_[k].is_nullish()) javascript::append_string(args_[k], path);
    }
    fail(ErrorKind::Function, "Global variable not found: " + path);
}

bool Run::return_result() {
    const Value result = pop();
    const std::int64_t start = top().start;
    if (frames_.size() == 1) {
        at_.pc += 1;  // this instruction has been run
        args_.assign(1, result);
        handlers_.clear();
        frames_.clear();
        return true;
    }
    frames_.pop_back();
    cut(start);
    push(result);
    jump_to(top().pc);
    return false;
}

bool Run::end_of_chunk() {
    const std::int64_t start = top().start;
    frames_.pop_back();
    if (frames_.empty()) {
        args_.assign(1, Value::null());
        if (!options_.keep_stack && height() > 0) args_[0] = pop();
        return true;
    }
    cut(start);
    push(Value::null());
    // Running off the end is no instruction.
    const Instruction* next = top().pc;
    at_.origin += reinterpret_cast<std::intptr_t>(next) - reinterpret_cast<std::intptr_t>(at_.pc);
    at_.pc = next;
    if (next->op == Opcode::END) fail_past_end();
    return false;
}

/// The reference dispatches the token after the last one here.
void Run::fail_past_end() {
    at_.origin -= static_cast<std::intptr_t>(sizeof(Instruction));  // it counts
    fail(ErrorKind::Bytecode, "Unexpected node while running bytecode in chunk \"" +
                                  javascript::to_string(top().chunk_name) + "\": undefined");
}

void Run::throw_error(Value error) {
    const bool is_error = error.is(Type::Object) && (error.as_dict()->traits & kError) != 0;
    if (!is_error) fail(ErrorKind::Function, "Can not throw: value is not of type Error");
    if (handlers_.empty()) {
        uncaught_ = error;
        fail(ErrorKind::Uncaught, javascript::to_string(heap_.find(error.as_dict(), "message")->value));
    }
    const Handler handler = handlers_.back();
    handlers_.pop_back();
    cut(handler.height);
    if (static_cast<std::size_t>(handler.frames) < frames_.size())
        frames_.resize(static_cast<std::size_t>(std::max<std::int64_t>(handler.frames, 1)));
    push(error);
    jump_to(arrive(top(), handler.ip));
    tick();  // a handler can be its own way back
}

}  // namespace hogvm
