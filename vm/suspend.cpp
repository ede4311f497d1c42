// Suspending a run into a State, and going on from one.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>

#include "exact.h"
#include "run.h"

namespace hogvm {

Value Run::frame_closure(const Frame& frame, Heap& heap) const {
    if (frame.kind == FrameKind::Closure) return copy(Value::closure(const_cast<Closure*>(frame.closure)), heap);
    const CallableKind kind = frame.kind == FrameKind::Library ? CallableKind::Library : CallableKind::Local;
    Callable* callable = frame.function != nullptr
                             ? heap.callable(kind, copy(frame.function->name, heap), copy(frame.function->chunk, heap),
                                             frame.function->arg_count, 0, frame.function->ip)
                             : heap.callable(kind, Value::ascii(""), copy(frame.chunk->name, heap), 0, 0, 1);
    return Value::closure(heap.closure(callable, {}));
}

std::shared_ptr<State> Run::state(std::int64_t next_ip) {
    auto state = std::make_shared<State>();
    state->heap = std::make_shared<Heap>();
    Heap& heap = *state->heap;
    heap.set_max_bytes(options_.limits.heap);
    state->max_json_bytes = options_.limits.heap;
    heap.set_watch(this);
    state->program = program_->with_chunks(imported_);
    std::vector<std::uint32_t> ids(upvalues_.size());
    std::iota(ids.begin(), ids.end(), 1u);
    std::stable_sort(ids.begin(), ids.end(), [&](std::uint32_t a, std::uint32_t b) {
        return upvalues_[a - 1].location < upvalues_[b - 1].location;
    });
    std::vector<Value> values(base_, at_.sp);
    for (const std::uint32_t id : ids) values.push_back(upvalues_[id - 1].value);
    state->is_exact = options_.exact_states;
    if (state->is_exact) {
        values = exact::copy(values, heap);
    } else {
        // Each by itself: what slots shared, they share no longer.
        for (Value& v : values) v = copy(to_host(v.charged(false), heap_), heap);
    }
    state->stack.assign(values.begin(), values.begin() + height());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const Upvalue& u = upvalues_[ids[i] - 1];
        state->upvalues.push_back({ids[i], u.location, u.is_closed, values[state->stack.size() + i]});
    }
    for (const Frame& frame : frames_) {
        const bool is_top = &frame == &frames_.back();
        state->frames.push_back({is_top ? next_ip : std::int64_t{frame.pc->ip}, copy(frame.chunk_name(), heap),
                                 frame.start, frame.function != nullptr ? frame.function->arg_count : 0,
                                 frame_closure(frame, heap)});
    }
    for (const Handler& h : handlers_) state->handlers.push_back({h.frames, h.height, h.ip});
    for (const Declared& d : declared_)
        state->declared_functions.push_back({std::string(d.name.as_text()), d.ip, d.arg_count});
    heap.set_watch(nullptr);
    state->ops = ops();
    state->async_steps = async_steps_ + 1;
    state->running_ms = running_ms();
    state->max_memory = lost_count_ ? std::nan("") : static_cast<double>(true_peak2_) / 2;
    return state;
}

/// The state of a run that has ended; nothing where it is too large or too deep for one.
std::shared_ptr<State> Run::state_at_end(std::int64_t next_ip) {
    try {
        auto ended = state(next_ip);
        ended->async_steps = async_steps_;
        return ended;
    } catch (const Failure&) {
        return nullptr;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void Run::restore(const State& state, std::optional<Value> result) {
    if (state.frames.empty() || state.frames.size() > kMostUncheckedFrames)
        throw LoadError("state: callStack: expected 1 to 50000 frames");
    if (state.stack.size() + kMostArguments * 2 >= stack_.slots())
        fail(ErrorKind::Memory, "Stack overflow: more than " + std::to_string(state.stack.size()) + " values");
    peak2_ = std::numeric_limits<std::int64_t>::max();  // what is there already is not checked
    const auto restored = [&](Value v) { return from_host(copy(v, heap_), heap_); };
    std::vector<Value> values(state.stack);
    for (const State::Upvalue& u : state.upvalues) values.push_back(u.value);
    if (state.is_exact) {
        values = exact::copy(values, heap_);
    } else {
        for (Value& v : values) v = restored(v);
    }
    for (std::size_t i = 0; i < state.stack.size(); ++i) push(values[i]);
    if (result) push(restored(*result));

    upvalues_.resize(state.upvalues.size());
    for (std::size_t i = 0; i < state.upvalues.size(); ++i) {
        const State::Upvalue& u = state.upvalues[i];
        upvalues_[u.id - 1] = {u.location, u.is_closed, values[state.stack.size() + i]};
        upvalue_order_.push_back(u.id);
        if (!u.is_closed) highest_open_ = std::max(highest_open_, u.location);
    }
    std::stable_sort(upvalue_order_.begin(), upvalue_order_.end(), [&](std::uint32_t a, std::uint32_t b) {
        return upvalues_[a - 1].location < upvalues_[b - 1].location;
    });
    if (options_.fresh_upvalues)
        std::erase_if(upvalue_order_, [&](std::uint32_t id) { return upvalues_[id - 1].is_closed; });

    for (const State::Handler& h : state.handlers) handlers_.push_back({h.call_stack_size, h.stack_size, h.catch_ip});
    for (const State::DeclaredFunction& d : state.declared_functions)
        declared_.push_back({heap_.string(d.name), d.ip, d.arg_count});
    if (!declared_.empty()) calls_library_ = false;
    for (const State::Frame& f : state.frames) {
        const Value closure = restored(f.closure);
        const Value name = restored(f.chunk);
        // What the frame says of itself holds, whatever its closure says.
        const Closure* called = closure.as_closure();
        const Callable* function = heap_.callable(CallableKind::Local, called->callable->name, name, f.arg_count,
                                                  called->callable->upvalue_count, called->callable->ip);
        const Chunk* chunk = keep(find_chunk(name));
        const Instruction* pc = f.ip == 0 ? &chunk->code[chunk->start] : arrive(&chunk, f.ip);
        frames_.push(FrameKind::Closure, chunk, f.stack_start, called, function);
        top().pc = pc;
    }

    at_.pc = top().pc;
    at_.origin = reinterpret_cast<std::intptr_t>(at_.pc) - static_cast<std::intptr_t>(state.ops * sizeof(Instruction));
    async_steps_ = state.async_steps;
    lost_count_ = std::isnan(state.max_memory);
    true_peak2_ = std::max(use2(), lost_count_ ? 0 : static_cast<std::int64_t>(state.max_memory * 2));
    watch_peak();
}

}  // namespace hogvm
