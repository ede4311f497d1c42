// The interpreter's loop.
//
// Rules for whoever edits it:
//
//  1. The registers (pc, sp, room, origin) and what follows from the frame (locals) are local variables, so that the
//     compiler keeps them in the machine's. Whatever can raise, or looks at the run (push_slow, calls, costs
//     of nodes), needs save() before it; whatever may have moved them needs load() after it. No lambda here may be
//     called otherwise than in line, and none of the registers may have its address taken: it would live in memory
//     then.
//  2. pc stands on the instruction being executed until it is done: errors, counts and traces depend on it.
//  3. Every instruction counts once, when it starts. CONTINUE and END are not instructions of the wire format and do
//     not.
//  4. Operands are released before the result is pushed: an instruction that pops at least as much as it pushes, and
//     pushes a primitive, can't reach a new peak.
//  5. A slot's charge goes with the slot, not with the value: what is copied out of a slot is pushed anew.
//  6. Values move only in tick(), which collects: no pointer into the heap may be held in a local across it.
//  7. A fused instruction (fused.h) looks at everything before it changes anything, and where something is out of the
//     ordinary it goes to `plainly`: the loop then does the instruction's own `op`. What its parts would have used of
//     the stack must fit under the peak.
#include <hogvm/convert.h>
#include <hogvm/javascript.h>

#include "loop.h"
#include "operators.h"

// Labels as values, which GCC and Clang have: each instruction jumps to the next one's by a branch of its own, which
// the processor predicts by what came before. A third of the time of loops, beside one branch for all in a switch.
#pragma GCC diagnostic ignored "-Wpedantic"

namespace hogvm {

// The labels of the instructions, by Opcode.
#define HOGVM_LABELS                                                                                            \
    {                                                                                                           \
        &&L_NO_OPERATION, HOGVM_OPCODES(HOGVM_LABEL_OF_OPCODE) HOGVM_PSEUDO_OPCODES(HOGVM_LABEL)                \
                              HOGVM_FUSED_SEQUENCES(HOGVM_LABEL) HOGVM_FUSED_OPERATORS(HOGVM_LABEL_OF_OPERATOR) \
    }
#define HOGVM_LABEL(name) &&L_##name,
#define HOGVM_LABEL_OF_OPCODE(number, name, operands) &&L_OP_##name,
#define HOGVM_LABEL_OF_OPERATOR(op, operands, then) &&L_##op##_##operands##_##then,

// A fused instruction goes to the next one from where it ends. (The compiler makes one jump of all that share a place.)
#define HOGVM_DISPATCH goto* labels[static_cast<std::size_t>(r.pc->fast)]

// Aligned, so that the time of a program does not depend on what stands before this: by 20 %, for some.
template <bool kPlain>
[[gnu::aligned(64)]] Run::Step Run::loop() {
    static const void* const labels[] = HOGVM_LABELS;
    Loop r(*this);
    for (;;) {
        if constexpr (kPlain) {
            if (options_.trace && r.pc->op < Opcode::END) {
                r.save();
                trace(top().chunk->is_before(*r.pc) ? -1 : std::int64_t{r.pc->ip});
            }
            goto plainly;
        }
        HOGVM_DISPATCH;

#define HOGVM_FUSED_OPERATOR(op, operands, then)                                                            \
    L_##op##_##operands##_##then : if (r.fused_operator<Opcode::OP_##op, Operands::operands, Then::then>()) \
                                       HOGVM_DISPATCH;                                                      \
    goto plainly;
        HOGVM_FUSED_OPERATORS(HOGVM_FUSED_OPERATOR)
#undef HOGVM_FUSED_OPERATOR

    L_LOCAL_RETURN : {
        const Value v = r.locals[r.pc->n];
        // It is pushed and popped.
        if (r.fits(1, 2 * (r.cost_of(v) - 8)) && r.give(v, r.pc + 2)) HOGVM_DISPATCH;
        goto plainly;
    }
    L_LOCAL_CALL:
        if (r.enter(r.locals[r.pc->n], r.pc[1].n, r.pc + 2)) HOGVM_DISPATCH;
        goto plainly;
    L_UPVALUE_CALL : {
        const Closure* closure = top().closure;
        if (closure == nullptr || static_cast<std::uint32_t>(r.pc->n) >= closure->upvalue_count) goto plainly;
        const std::size_t at = std::size_t{closure->upvalues[r.pc->n]} - 1;
        if (at >= upvalues_.size()) goto plainly;
        const Upvalue& u = upvalues_[at];
        if (!u.is_closed && !r.is_on_stack(u.location)) goto plainly;
        if (r.enter(u.is_closed ? u.value : r.base[u.location], r.pc[1].n, r.pc + 2)) HOGVM_DISPATCH;
        goto plainly;
    }
    L_LOCAL_ELEMENT : {
        Value element;
        std::int64_t cost = 8;
        if (r.local_element(element, cost)) {
            if (element.is_heavy()) {
                r.push_charged(element, cost);
            } else {
                *r.sp++ = element.charged(false);
            }
            r.pc += 3;
            HOGVM_DISPATCH;
        }
        goto plainly;
    }
    L_LOCAL_ELEMENT_SET : {
        Value element;
        std::int64_t cost = 8;
        if (r.local_element(element, cost)) {
            Value* const slot = r.locals + r.pc[3].n;
            r.release(slot);
            if (element.is_heavy()) r.charge(slot, cost);
            *slot = element.charged(element.is_heavy());
            r.pc += 4;
            HOGVM_DISPATCH;
        }
        goto plainly;
    }
    L_LIBRARY_CALL:
        if (!calls_library_ || ticks_ == 1 || highest_open_ >= r.height() - r.pc->n) goto plainly;
        r.push(r.call_library());
        ++r.pc;
        HOGVM_DISPATCH;
    L_LIBRARY_CALL_SET : {
        Value* const slot = r.locals + r.pc[1].n;
        if (!calls_library_ || ticks_ == 1 || highest_open_ >= r.height() - r.pc->n) goto plainly;
        r.push(r.call_library());
        ++r.pc;
        r.store(slot);
        ++r.pc;
        HOGVM_DISPATCH;
    }
    L_PUSH_BACK_SET : {
        const Value array = r.sp[-2];
        if (!calls_library_ || ticks_ == 1 || highest_open_ >= r.height() - 2 || !array.is(Type::Array)) goto plainly;
        --ticks_;
        const Value item = r.sp[-1];
        r.release(--r.sp);
        r.release(--r.sp);
        r.save();
        const Value grown = Value::array(heap_.pushed_back(array.as_array(), item.charged(false)));
        const std::int64_t cost = r.cost_of(grown);
        if (r.has_room_for(1, 2 * (cost - 8))) {
            Value* const slot = r.locals + r.pc[1].n;
            r.release(slot);
            r.charge(slot, cost);
            *slot = grown.charged(true);
            r.pc += 2;
        } else {
            r.push(grown);  // which fails
        }
        HOGVM_DISPATCH;
    }
    L_CONSTANT:
        if (!r.fits(1)) goto plainly;
        *r.sp++ = r.pc->constant;
        ++r.pc;
        HOGVM_DISPATCH;
    L_LOCAL:
        r.push(r.locals[r.pc->n]);
        ++r.pc;
        HOGVM_DISPATCH;
    L_STORE:
        r.store(r.locals + r.pc->n);
        ++r.pc;
        HOGVM_DISPATCH;
    L_DROP:
        r.release(--r.sp);
        ++r.pc;
        HOGVM_DISPATCH;
    L_GLOBAL_PATH : {
        const Chunk& chunk = *top().chunk;
        const Chunk::Path& path = chunk.paths[r.pc->to];
        if (!chunk.is_root || globals_ == nullptr || !r.has_room_for(path.size, path.excess2)) goto plainly;
        Value v;
        r.pc += path.size;  // what goes wrong goes wrong at GET_GLOBAL
        r.save();
        if (globals_->read(chunk.keys(path), heap_, v)) {
            r.push(v);
            ++r.pc;
            HOGVM_DISPATCH;
        }
        r.pc -= path.size;
        goto plainly;
    }
    L_GLOBAL_TEST : {
        const Chunk& chunk = *top().chunk;
        const Chunk::Path& path = chunk.paths[r.pc->to];
        const std::int64_t constant2 = r.pc->n;
        if (!chunk.is_root || globals_ == nullptr || !r.has_room_for(path.size + 1, constant2 + path.excess2))
            goto plainly;
        Value v;
        if (!globals_->glance(chunk.keys(path), places_.data() + path.first, v)) goto plainly;
        if (v.is_string() && v.bytes() > kLongText) goto plainly;  // the run's watch is to know of it
        // A text has at most as many units as bytes; counting them takes longer than the rest.
        if (v.is_string() && !r.fits(2, constant2 + 2 * static_cast<std::int64_t>(v.bytes())) &&
            !r.has_room_for(2, constant2 + 2 * static_cast<std::int64_t>(v.units())))
            goto plainly;
        const Value& constant = r.pc->constant;
        r.pc += path.size + 2;  // the operator, which may fail
        *r.sp++ = Value::boolean(r.holds(r.pc->op, v, constant));
        ++r.pc;
        HOGVM_DISPATCH;
    }
    plainly:
        goto* labels[static_cast<std::size_t>(r.pc->op)];

    L_NO_OPERATION:
        goto next;
    L_OP_STRING:
    L_OP_INTEGER:
    L_OP_FLOAT:
        if (r.pc->constant.is_node()) [[unlikely]] {
            r.save();
            r.push(copy(r.pc->constant, heap_));  // the program's own stays as it is
        } else {
            r.push(r.pc->constant);
        }
        goto next;
    L_OP_TRUE:
        r.push_primitive(Value::boolean(true));
        goto next;
    L_OP_FALSE:
        r.push_primitive(Value::boolean(false));
        goto next;
    L_OP_NULL:
        r.push_primitive(Value::null());
        goto next;
    L_OP_NOT:
        r.push_primitive(Value::boolean(!javascript::to_boolean(r.pop())));
        goto next;
    L_OP_AND:
    L_OP_OR : {
        bool all = true;
        bool any = false;
        for (std::int32_t k = 0; k < r.pc->n; ++k) {
            const bool b = r.pop_truth();
            all = all && b;
            any = any || b;
        }
        r.push_primitive(Value::boolean(r.pc->op == Opcode::OP_AND ? all : any));
        goto next;
    }
    L_OP_PLUS:
        if (!r.compute_two_ints<Opcode::OP_PLUS>()) r.compute(Opcode::OP_PLUS);
        goto next;
    L_OP_MINUS:
        if (!r.compute_two_ints<Opcode::OP_MINUS>()) r.compute(Opcode::OP_MINUS);
        goto next;
    L_OP_MULTIPLY:
        if (!r.compute_two_ints<Opcode::OP_MULTIPLY>()) r.compute(Opcode::OP_MULTIPLY);
        goto next;
    L_OP_MOD:
        if (!r.compute_two_ints<Opcode::OP_MOD>()) r.compute(Opcode::OP_MOD);
        goto next;
    L_OP_DIVIDE:
        r.compute(r.pc->op);
        goto next;
    L_OP_EQ:
        if (!r.compare_two_ints<Opcode::OP_EQ>() && !r.compare_as_they_are(true)) r.compare_values(Opcode::OP_EQ);
        goto next;
    L_OP_NOT_EQ:
        if (!r.compare_two_ints<Opcode::OP_NOT_EQ>() && !r.compare_as_they_are(false))
            r.compare_values(Opcode::OP_NOT_EQ);
        goto next;
    L_OP_GT:
        if (!r.compare_two_ints<Opcode::OP_GT>()) r.compare_values(Opcode::OP_GT);
        goto next;
    L_OP_GT_EQ:
        if (!r.compare_two_ints<Opcode::OP_GT_EQ>()) r.compare_values(Opcode::OP_GT_EQ);
        goto next;
    L_OP_LT:
        if (!r.compare_two_ints<Opcode::OP_LT>()) r.compare_values(Opcode::OP_LT);
        goto next;
    L_OP_LT_EQ:
        if (!r.compare_two_ints<Opcode::OP_LT_EQ>()) r.compare_values(Opcode::OP_LT_EQ);
        goto next;
    L_OP_LIKE:
    L_OP_ILIKE:
    L_OP_NOT_LIKE:
    L_OP_NOT_ILIKE:
    L_OP_REGEX:
    L_OP_NOT_REGEX:
    L_OP_IREGEX:
    L_OP_NOT_IREGEX : {
        const Value text = r.pop();
        const Value pattern = r.pop();
        r.save();
        charge(text);
        charge(pattern);
        const bool is_found =
            host_.match ? matches_by(host_.match, r.pc->op, text, pattern) : matches(r.pc->op, text, pattern);
        r.push_primitive(Value::boolean(is_found));
        goto next;
    }
    L_OP_IN:
    L_OP_NOT_IN : {
        const Value item = r.pop();
        const Value container = r.pop();
        r.save();
        charge(item);
        charge(container);
        r.push_primitive(Value::boolean(is_in(item, container) == (r.pc->op == Opcode::OP_IN)));
        goto next;
    }
    L_OP_GET_GLOBAL:
        r.save();
        get_global(static_cast<std::size_t>(r.pc->n));
        r.load();
        goto next;
    L_OP_POP:
        r.pop();
        goto next;
    L_OP_CLOSE_UPVALUE:
        r.save();
        cut(r.height() - 1);
        r.load();
        goto next;
    L_OP_GET_LOCAL : {
        const Value* slot = r.locals + r.pc->n;
        r.push(slot >= r.base && slot < r.sp ? *slot : kUndefined);
        goto next;
    }
    L_OP_SET_LOCAL : {
        Value* const slot = r.locals + r.pc->n;
        if (slot >= r.base && slot < r.sp - 1 && !r.sp[-1].is_heavy() && !r.sp[-1].is_charged() &&
            !slot->is_charged()) {
            *slot = *--r.sp;
            goto next;
        }
        r.save();
        set_local(slot - r.base);
        r.load();
        goto next;
    }
    L_OP_GET_PROPERTY:
    L_OP_GET_PROPERTY_NULLISH : {
        const Value key = r.pop();
        const Value object = r.pop();
        if (object.is(Type::Array) && key.is(Type::Int) && key.as_int() > 0 &&
            key.as_int() <= object.as_array()->size) {
            const Value item = object.as_array()->items[key.as_int() - 1];
            r.push(item.is_nullish() ? Value::null() : item);
            goto next;
        }
        r.save();
        charge(key);
        const Value path[] = {key};
        r.push(get_nested(object, path, false, heap_));
        goto next;
    }
    L_OP_SET_PROPERTY : {
        const Value v = r.pop();
        const Value key = r.pop();
        const Value object = r.pop();
        r.save();
        charge(key);
        set_property(object, key, v.charged(false), heap_);
        goto next;
    }
    L_OP_DICT:
    L_OP_ARRAY:
    L_OP_TUPLE:
        r.save();
        make_container(*r.pc);
        r.load();
        goto next;
    L_OP_JUMP:
        r.go(r.pc->constant.as_int(), r.pc + 1);
        continue;
    L_OP_JUMP_IF_FALSE:
        if (!r.pop_truth()) {
            keep_branch();
            r.go(r.pc->constant.as_int(), r.pc + 1);
            continue;
        }
        goto next;
    L_OP_JUMP_IF_STACK_NOT_NULL:
        if (r.sp != r.base && !r.sp[-1].is(Type::Null)) {
            r.go(r.pc->constant.as_int(), r.pc + 1);
            continue;
        }
        goto next;
    L_OP_DECLARE_FN : {
        const Chunk::FunctionBody& f = top().chunk->functions[static_cast<std::size_t>(r.pc->n)];
        r.save();
        const Value name = javascript::to_string(r.pc->constant, heap_);
        std::erase_if(declared_, [&](const Declared& d) { return d.name.as_text() == name.as_text(); });
        declared_.push_back({name, f.ip, f.arg_count});
        calls_library_ = false;
        r.go_over_body();
        if constexpr (!kPlain) {
            r.save();
            return Step::Plain;
        }
        continue;
    }
    L_OP_CALLABLE:
        r.save();
        make_callable(*r.pc);
        r.load();
        r.go_over_body();
        continue;
    L_OP_CLOSURE:
        r.save();
        make_closure(*r.pc);
        r.load();
        goto next;
    L_OP_GET_UPVALUE : {
        r.save();
        const Upvalue& u = upvalue(r.pc->n);
        if (u.is_closed) {
            r.push(u.value);
        } else {
            r.push(r.is_on_stack(u.location) ? r.base[u.location] : kUndefined);
        }
        goto next;
    }
    L_OP_SET_UPVALUE : {
        r.save();
        Upvalue& u = upvalue(r.pc->n);
        const Value v = r.pop();
        if (u.is_closed) {
            u.value = v.charged(false);
        } else if (r.is_on_stack(u.location)) {
            r.base[u.location] = v.charged(r.base[u.location].is_charged());
        } else {
            r.save();
            fail(ErrorKind::Bytecode,
                 "Invalid upvalue: its slot " + std::to_string(u.location) + " is not on the stack");
        }
        goto next;
    }
    L_OP_CALL_GLOBAL : {
        r.save();
        const Step step = call_global(*r.pc);
        if (step != Step::Continue) return step;
        goto arrived;
    }
    L_OP_CALL_LOCAL : {
        r.save();
        const Step step = call_local(*r.pc);
        if (step != Step::Continue) return step;
        goto arrived;
    }
    L_OP_RETURN:
        if (r.sp != r.base && r.height() > top().start) {
            const Value result = r.sp[-1];
            r.release(--r.sp);
            if (r.give(result, r.pc + 1)) continue;
            if (result.is_charged()) r.charge(r.sp, r.charges[r.height()]);
            ++r.sp;
        }
        r.save();
        if (return_result()) return Step::Finished;
        goto arrived;
    L_OP_THROW : {
        const Value error = r.pop();
        r.save();
        throw_error(error);
        goto arrived;
    }
    L_OP_TRY:
        handlers_.push_back({static_cast<std::int64_t>(frames_.size()), r.sp - r.base, r.pc->n});
        goto next;
    L_OP_POP_TRY:
        if (handlers_.empty()) {
            r.save();
            fail(ErrorKind::Bytecode, "Invalid operation POP_TRY: no try block to pop");
        }
        handlers_.pop_back();
        goto next;
    L_CONTINUE:
        r.go(r.pc->constant.as_int(), r.pc);
        continue;
    L_END:
        r.save();
        if (end_of_chunk()) return Step::Finished;
        goto arrived;
    L_INVALID:
        r.save();
        fail(ErrorKind::Bytecode, std::string(r.pc->constant.as_text()));
    L_UNEXPECTED:
    L_OP_IN_COHORT:
    L_OP_NOT_IN_COHORT : {
        r.save();
        const std::string token = r.pc->constant.is_string() ? std::string(r.pc->constant.as_text()) : "";
        fail(ErrorKind::Bytecode, "Unexpected node while running bytecode in chunk \"" +
                                      javascript::to_string(top().chunk_name()) + "\": " + token);
    }

    arrived:
        r.load();
        if (!kPlain && !r.is_as_high_as_known()) return Step::Plain;
        continue;
    next:
        ++r.pc;
    }
}

template Run::Step Run::loop<false>();
template Run::Step Run::loop<true>();

}  // namespace hogvm
