// What instructions do out of line: where the loop has nothing to gain, or something is out of the ordinary.
#include <algorithm>
#include <cmath>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>

#include "run.h"

namespace hogvm {

void Run::over_peak() {
    const std::int64_t use = use2();
    true_peak2_ = std::max(true_peak2_, use);
    const std::int64_t limit = options_.limits.memory;
    if (limit > 0 && use > 2 * limit)
        fail(ErrorKind::Memory, "Memory limit of " + std::to_string(limit) + " bytes exceeded. Tried to allocate " +
                                    std::to_string(use / 2) + " bytes.");
    if (height() * static_cast<std::int64_t>(sizeof(Value)) > last_use2())
        fail(ErrorKind::Memory, "Stack overflow: more than " + std::to_string(height()) + " values");
    watch_peak();
}

void Run::note_peak() {
    if (use2() <= true_peak2_) return;
    true_peak2_ = use2();
    watch_peak();
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
    note_peak();
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
            const Value all = Value::object(const_cast<Dict*>(frame.chunk->globals));
            return push(from_host(copy(get_nested(all, args_, true, heap_), heap_), heap_));
        }
    }
    if (args_.size() == 1) {
        const std::string_view name = args_[0].as_text();
        const Host::Function* function = host_.find(name);
        if (function != nullptr && function->is_async)
            return push(Value::closure(
                heap_.closure(heap_.callable(CallableKind::Async, given_name, Value::ascii("async"), 0, 0, -1), {})));
        if (const Library::Member* member = program_->library().find(name)) {
            const Function& f = *member->function;
            const int most = f.max_args == Function::kAnyNumber ? 0 : f.max_args;
            Callable* c = nullptr;
            if (f.is_async) {
                c = heap_.callable(CallableKind::Async, given_name, Value::ascii("async"), most, 0, -1);
            } else if (f.native != nullptr) {
                c = heap_.callable(CallableKind::Library, given_name, Value::ascii("stl"), most, 0, -1);
            } else {
                c = heap_.callable(CallableKind::Library, given_name, member->chunk->name, f.min_args, 0, 0);
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
        at_.sp = base_;
        upvalues_.clear();
        frames_.clear();
        returned_ = true;
        return true;
    }
    frames_.pop();
    cut(start);
    push(result);
    jump_to(top().pc);
    return false;
}

bool Run::end_of_chunk() {
    const std::int64_t start = top().start;
    frames_.pop();
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
                                  javascript::to_string(top().chunk_name()) + "\": undefined");
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
        frames_.cut(static_cast<std::size_t>(std::max<std::int64_t>(handler.frames, 1)));
    push(error);
    jump_to(arrive(&top().chunk, handler.ip));
    tick();  // a handler can be its own way back
}

}  // namespace hogvm
