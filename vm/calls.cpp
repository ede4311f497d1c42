// Calls: what CALL_GLOBAL and CALL_LOCAL find, frames, chunks, and the closures' upvalues.
#include <algorithm>
#include <array>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>

#include "run.h"

namespace hogvm {
namespace {

constexpr std::size_t kStepsPerToken = 8;  // of decoding

/// JSON.stringify as JavaScript sees a value: dicts are Maps, which have no members of their own.
std::string json_of_raw(Value v, Heap& heap) {
    const auto without_dicts = [&heap](const auto& self, Value x, int depth) -> Value {
        if (x.is(Type::Dict)) return Value::object(heap.object());
        if (!x.is(Type::Array) && !x.is(Type::Object)) return x;
        if (x.as_node()->visiting) return Value::null();
        check_depth(depth);
        const Visit visit(x.as_node());
        if (x.is(Type::Array)) {
            Array* out = heap.array(x.as_array()->size);
            for (const Value item : x.as_array()->values())
                heap.append(out, item.is(Type::Hole) ? Value::null() : self(self, item, depth + 1));
            return Value::array(out);
        }
        Dict* out = heap.object(x.as_dict()->size);
        for (const Entry& e : x.as_dict()->items()) heap.set(out, e.key, self(self, e.value, depth + 1));
        return Value::object(out);
    };
    std::string out;
    return json::write(without_dicts(without_dicts, v, 0), out) ? out : "undefined";
}

std::string arguments_text(std::string_view name, std::string_view bound, int count) {
    return "Function " + std::string(name) + " requires " + std::string(bound) + " " + std::to_string(count) +
           " arguments";
}

void check_arity(std::string_view name, std::int64_t count, int least, int most) {
    if (count < least) fail(ErrorKind::Function, arguments_text(name, "at least", least));
    if (most != Function::kAnyNumber && count > most) fail(ErrorKind::Function, arguments_text(name, "at most", most));
}

}  // namespace

std::span<const Value> Run::pop_args(std::int64_t count, bool reversed) {
    const auto n = static_cast<std::size_t>(count);
    if (!reversed) {
        // They stay where they are, above the stack's new top, until something else is pushed.
        cut(height() - count);
        return {at_.sp, n};
    }
    args_.clear();
    for (std::size_t k = 0; k < n; ++k) args_.push_back(pop());
    return args_;
}

const Run::Declared* Run::find_declared(std::string_view name) const {
    for (const Declared& d : declared_)
        if (d.name.as_text() == name) return &d;
    return nullptr;
}

Run::Step Run::call_global(const Instruction& i) {
    tick();
    const Chunk::Callee& callee = top().chunk->callees[i.to];
    const std::string_view name = callee.name.as_text();
    if (!declared_.empty() && name != "toString") {
        if (const Declared* declared = find_declared(name)) {
            call_declared(i, *declared);
            return Step::Continue;
        }
    }
    if (i.n > height()) fail(ErrorKind::Bytecode, "Not enough arguments on the stack");
    if (i.n > kMostArguments) fail(ErrorKind::Function, "Too many arguments");
    const bool reversed = program_->version() == 0;
    if (name == "import") {
        call_import(pop_args(i.n, reversed));
        return Step::Continue;
    }
    if (host_.has_functions()) {
        const Host::Function* function = host_.find(name);
        if (function != nullptr && !function->is_async) {
            check_arity(name, i.n, function->min_args, function->max_args);
            call_host(*function, pop_args(i.n, reversed));
            at_.pc += 1;
            return Step::Continue;
        }
        if (function != nullptr && name != "toString") return suspend(function->name, {}, &i);
    }
    if (callee.member == nullptr) fail(ErrorKind::Function, "Unsupported function call: " + std::string(name));
    const Function& function = *callee.member->function;
    if (function.native != nullptr) {
        check_arity(name, i.n, function.min_args, function.max_args);
        call_native(function, pop_args(i.n, reversed));
        at_.pc += 1;
        return Step::Continue;
    }
    if (function.is_async) return suspend(function.name, {}, &i);
    if (i.n != function.min_args) fail(ErrorKind::Function, arguments_text(name, "exactly", function.min_args));
    top().pc = at_.pc + 1;
    const Chunk* chunk = callee.member->chunk.get();
    const Callable* called = heap_.callable(CallableKind::Library, callee.name, chunk->name, i.n, 0, 0);
    push_frame(FrameKind::Library, chunk, height() - i.n, nullptr, called, 0, kMostFrames);
    return Step::Continue;
}

void Run::push_frame(FrameKind kind, const Chunk* chunk, std::int64_t start, const Closure* closure,
                     const Callable* function, std::int64_t ip, std::size_t most) {
    const Instruction* entry = ip == 0 ? &chunk->code[chunk->start] : arrive(&chunk, ip);
    frames_.push(kind, chunk, start, closure, function);
    if (frames_.size() > most) fail(ErrorKind::Depth, "Call stack exceeded maximum length of " + std::to_string(most));
    jump_to(entry);
}

void Run::call_declared(const Instruction& i, const Declared& declared) {
    top().pc = at_.pc + 1;
    for (std::int64_t k = i.n; k < declared.arg_count; ++k) push(Value::null());
    const Callable* called =
        heap_.callable(CallableKind::Local, declared.name, top().chunk_name(), declared.arg_count, 0, declared.ip);
    push_frame(FrameKind::Declared, top().chunk, height() - declared.arg_count, nullptr, called, declared.ip,
               kMostUncheckedFrames);
}

void Run::call_import(std::span<const Value> args) {
    if (args.size() != 1) fail(ErrorKind::Function, "Function import requires exactly 1 argument");
    const Value name = args[0].charged(false);
    const Chunk* chunk = keep(find_chunk(name));
    top().pc = at_.pc + 1;
    const Callable* called = heap_.callable(CallableKind::Local, name, name, 0, 0, 0);
    push_frame(FrameKind::Import, chunk, height(), nullptr, called, 0, kMostUncheckedFrames);
}

const Chunk* Run::keep(std::shared_ptr<const Chunk> chunk) {
    const Chunk* found = chunk.get();
    const bool is_kept = std::any_of(kept_.begin(), kept_.end(), [&](const auto& kept) { return kept.get() == found; });
    if (!is_kept) kept_.push_back(std::move(chunk));
    return found;
}

std::shared_ptr<const Chunk> Run::find_chunk(Value name) {
    const std::string text = javascript::to_string(name);
    if (!javascript::to_boolean(name) || text == "root") return program_->chunks()[0];
    if (text.starts_with("stl/")) {
        const Library::Member* member = program_->library().find(std::string_view(text).substr(4));
        if (member != nullptr && member->chunk != nullptr) return member->chunk;
    }
    if (const auto* found = program_->find_chunk(text)) return *found;
    for (const auto& chunk : imported_)
        if (chunk->name.as_text() == text) return chunk;
    if (const auto chunk = import_chunk(text)) return imported_.emplace_back(chunk);
    fail(ErrorKind::Function, "Unknown chunk: " + text);
}

std::shared_ptr<const Chunk> Run::import_chunk(std::string_view name) {
    if (!host_.import_chunk) return nullptr;
    const auto heap = std::make_shared<Heap>();
    heap->set_max_bytes(options_.limits.heap);
    heap->set_watch(this);
    try {
        const Value given = host_.import_chunk(name, *heap);
        heap->set_watch(nullptr);  // the chunk may live longer than the run
        return given.is(Type::Undefined) ? nullptr : load_chunk(name, given, heap, program_->library());
    } catch (const json::ParseError& e) {
        throw LoadError("program: chunk \"" + std::string(name) + "\": not JSON: " + e.message);
    }
}

const Instruction* Run::arrive(const Chunk** chunk, std::int64_t ip) {
    if (const Instruction* found = (*chunk)->find(ip)) return found;
    for (const auto& kept : kept_) {
        if (kept->tokens != (*chunk)->tokens || kept->find(ip) == nullptr) continue;
        *chunk = kept.get();
        return kept->find(ip);
    }
    const std::int64_t ips[] = {ip};
    const Chunk& old = **chunk;
    check_time(old.tokens->size * kStepsPerToken);
    extended_bytes_ += old.code.size() * sizeof(Instruction) + old.at.size() * sizeof(std::uint32_t);
    share_memory();
    // On a heap of its own: others may be running the program. The old chunk keeps the tokens.
    const Arrivals arrivals{old.code[old.start].height, ips};
    auto extended = decode(old.name, old.tokens, std::make_shared<Heap>(), program_->library(), arrivals);
    const_cast<Chunk&>(*extended).globals = old.globals;
    *chunk = keep(std::move(extended));
    return (*chunk)->find(ip);
}

void Run::call_native(const Function& function, std::span<const Value> args) {
    for (const Value v : args) charge(v);
    Call call(heap_, *this, host_, function.name, args);
    push(function.native(call));
}

void Run::call_host(const Host::Function& function, std::span<const Value> args) {
    std::vector<Value> converted;
    converted.reserve(args.size());
    for (const Value v : args) converted.push_back(to_host(v.charged(false), heap_));
    Value result;
    try {
        Call call(heap_, *this, host_, function.name, converted);
        result = function.call(call);
    } catch (const Failure&) {
        throw;
    } catch (const std::exception& e) {
        cause_ = std::current_exception();
        fail(ErrorKind::Host, e.what());
    } catch (...) {
        cause_ = std::current_exception();
        fail(ErrorKind::Host, "The host function " + function.name + " threw something that is no std::exception");
    }
    push(from_host(result, heap_));
}

Run::Step Run::suspend(std::string_view name, std::span<const Value> args, const Instruction* call) {
    if (async_steps_ >= options_.limits.async_steps)
        fail(ErrorKind::AsyncSteps,
             "Exceeded maximum number of async steps: " + std::to_string(options_.limits.async_steps));
    std::vector<Value> given(args.begin(), args.end());
    const bool by_name = call->op == Opcode::OP_CALL_GLOBAL;
    if (by_name) {
        const std::span<const Value> popped = pop_args(call->n, program_->version() == 0);
        given.assign(popped.begin(), popped.end());
    }
    args_.clear();
    for (const Value v : given) args_.push_back(to_host(v.charged(false), heap_));
    async_name_ = name;
    at_.pc += 1;  // this instruction has been run
    // A call by name goes on at the next token; a closure's stays on its operand, as in the reference.
    async_next_ip_ = std::int64_t{call->ip} + (by_name ? 3 : 1);
    return Step::Suspended;
}

Run::Step Run::call_local(const Instruction& i) {
    tick();
    const Value closure = pop();
    const bool passes_for_closure = closure.is(Type::Object) && (closure.as_dict()->traits & kClosure) != 0;
    if (!closure.is(Type::Closure)) {
        if (!passes_for_closure) fail(ErrorKind::Function, "Invalid closure: " + json_of_raw(closure, heap_));
        const Value callable = heap_.find(closure.as_dict(), "callable")->value;
        fail(ErrorKind::Function, "Invalid callable: " + json_of_raw(callable, heap_));
    }
    const Callable& callable = *closure.as_closure()->callable;
    if (i.n < 0) fail(ErrorKind::Bytecode, "Unexpected end of bytecode");
    if (i.n > height()) fail(ErrorKind::Bytecode, "Not enough arguments on the stack");
    if (i.n > kMostArguments) fail(ErrorKind::Function, "Too many arguments");
    if (callable.kind != CallableKind::Local) return call_callable(i, closure);

    for (std::int64_t k = i.n; k < callable.arg_count; ++k) push(Value::null());
    if (callable.arg_count < i.n)
        fail(ErrorKind::Function,
             "Too many arguments. Passed " + std::to_string(i.n) + ", expected " + std::to_string(callable.arg_count));
    top().pc = at_.pc + 1;
    const std::int64_t start = height() - callable.arg_count;
    const Closure* called = closure.as_closure();
    if (callable.home == nullptr) {
        push_frame(FrameKind::Closure, keep(find_chunk(callable.chunk)), start, called, &callable, callable.ip,
                   kMostFrames);
        return Step::Continue;
    }
    frames_.push(FrameKind::Closure, callable.home, start, called, &callable);
    if (frames_.size() > kMostFrames)
        fail(ErrorKind::Depth, "Call stack exceeded maximum length of " + std::to_string(kMostFrames));
    jump_to(callable.entry);
    return Step::Continue;
}

/// The closure of a library function or of an async one.
Run::Step Run::call_callable(const Instruction& i, Value closure) {
    const Callable& callable = *closure.as_closure()->callable;
    const std::string name = javascript::to_string(callable.name);
    const Library::Member* member = program_->library().find(name);
    if (callable.kind == CallableKind::Async) {
        if (async_steps_ >= options_.limits.async_steps) return suspend({}, {}, &i);
        std::vector<Value> args;  // from the top down: reversed in version 1, as the reference has it
        for (std::int64_t k = 0; k < i.n; ++k) args.push_back(pop());
        const Host::Function* function = host_.find(name);
        const std::string_view known = function != nullptr ? std::string_view(function->name)
                                       : member != nullptr ? member->function->name
                                                           : callable.name.as_text();
        return suspend(known, args, &i);
    }
    if (member == nullptr || member->function->native == nullptr)
        fail(ErrorKind::Function, "Unsupported function call: " + name);
    const Function& function = *member->function;
    check_arity(name, i.n, function.min_args, function.max_args);
    args_.clear();
    for (std::int64_t k = 0; k < i.n; ++k) args_.push_back(pop());
    if (program_->version() > 0) std::reverse(args_.begin(), args_.end());
    while (function.max_args != Function::kAnyNumber && static_cast<int>(args_.size()) < function.max_args)
        args_.push_back(Value::null());
    call_native(function, args_);
    at_.pc += 1;
    return Step::Continue;
}

// Closures.

void Run::make_callable(const Instruction& i) {
    const Frame& frame = top();
    const Chunk::FunctionBody& f = frame.chunk->functions[static_cast<std::size_t>(i.n)];
    Callable* c =
        heap_.callable(CallableKind::Local, i.constant, frame.chunk_name(), f.arg_count, f.upvalue_count, f.ip);
    c->home = frame.chunk;
    c->entry = frame.chunk->find(f.ip);
    push(Value::callable(c));
}

void Run::make_closure(const Instruction& i) {
    const Value callable = pop();
    if (!callable.is(Type::Callable)) fail(ErrorKind::Function, "Invalid callable: " + json_of_raw(callable, heap_));
    const Callable* c = callable.as_callable();
    const Chunk::FunctionBody& f = top().chunk->functions[static_cast<std::size_t>(i.n)];
    if (f.upvalue_count < 0) fail(ErrorKind::Bytecode, "Unexpected end of bytecode");
    if (f.upvalue_count != c->upvalue_count)
        fail(ErrorKind::Bytecode, "Invalid upvalue count. Expected " + std::to_string(c->upvalue_count) + ", got " +
                                      std::to_string(f.upvalue_count));
    if (static_cast<std::int64_t>(f.captures.size()) < f.upvalue_count)
        fail(ErrorKind::Bytecode, "Unexpected end of bytecode");
    std::array<std::uint32_t, 16> few{};
    std::vector<std::uint32_t> many;
    std::uint32_t* ids = few.data();
    if (f.captures.size() > few.size()) {
        many.resize(f.captures.size());
        ids = many.data();
    }
    for (std::size_t k = 0; k < f.captures.size(); ++k) {
        const auto [is_local, index] = f.captures[k];
        if (index < 0)
            fail(ErrorKind::Bytecode, "Invalid bytecode: CLOSURE captures a variable by an index that is none");
        if (is_local) {
            ids[k] = capture(top().start + index);
        } else {
            const Closure* outer = top().closure;
            // The reference stores undefined here, and fails when the upvalue is used.
            ids[k] = outer != nullptr && static_cast<std::uint64_t>(index) < outer->upvalue_count
                         ? outer->upvalues[index]
                         : 0;
        }
    }
    push(Value::closure(heap_.closure(const_cast<Callable*>(c), {ids, f.captures.size()})));
}

std::uint32_t Run::capture(std::int64_t location) {
    const auto at =
        std::upper_bound(upvalue_order_.begin(), upvalue_order_.end(), location,
                         [this](std::int64_t l, std::uint32_t id) { return l < upvalues_[id - 1].location; });
    // By default one is reused even if it is closed, as in the reference; see docs/differences.md.
    if (at != upvalue_order_.begin() && upvalues_[*(at - 1) - 1].location == location) return *(at - 1);
    const std::size_t most = std::min(kMostUpvalues, options_.limits.heap / sizeof(Upvalue));
    if (upvalues_.size() >= most)
        fail(ErrorKind::Memory, "Out of memory: more than " + std::to_string(most) + " captured variables");
    const auto id = static_cast<std::uint32_t>(upvalues_.size() + 1);
    upvalue_order_.insert(at, id);
    upvalues_.push_back({location, false, Value::null()});
    highest_open_ = std::max(highest_open_, location);
    return id;
}

Run::Upvalue& Run::upvalue(std::int64_t index) {
    const Closure* closure = top().closure;
    if (closure == nullptr || index >= closure->upvalue_count)
        fail(ErrorKind::Bytecode, "Invalid upvalue index: " + std::to_string(index));
    const std::uint32_t id = closure->upvalues[index];
    if (id == 0 || id > upvalues_.size()) fail(ErrorKind::Bytecode, "Invalid upvalue: undefined");
    return upvalues_[id - 1];
}

void Run::close_upvalues(std::int64_t height_wanted) {
    if (highest_open_ < height_wanted) return;
    std::size_t kept = upvalue_order_.size();
    for (; kept > 0; --kept) {
        Upvalue& u = upvalues_[upvalue_order_[kept - 1] - 1];
        if (u.location < height_wanted) break;
        if (u.is_closed) continue;
        u.is_closed = true;
        const bool is_on_stack = u.location >= 0 && u.location < height();
        u.value = is_on_stack ? base_[u.location].charged(false) : Value::undefined();
    }
    if (options_.fresh_upvalues) upvalue_order_.resize(kept);  // what is closed is not captured again
    highest_open_ = height_wanted - 1;
}

}  // namespace hogvm
