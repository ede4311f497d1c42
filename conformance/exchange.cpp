#include "exchange.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include <hogvm/convert.h>
#include <hogvm/globals.h>
#include <hogvm/hogvm.h>
#include <hogvm/json.h>
#include <hogvm/print.h>

namespace hogvm {
namespace {

// What the host functions named in a request do, here and in oracle.mjs alike.

Value echo(Call& call) { return Value::array(call.heap.array_of(call.args)); }
Value first(Call& call) { return call[0]; }
Value nothing(Call&) { return Value::undefined(); }

Value add(Call& call) {
    if (!call[0].is_number() || !call[1].is_number()) return Value::null();
    return Value::number(call[0].as_number() + call[1].as_number());
}

Value boom(Call& call) {
    throw Failure(ErrorKind::Host, call[0].is_string() ? std::string(call[0].as_text()) : "boom");
}

Value object(Call& call) { return json::parse(R"({"2":true,"b":1,"a":[1,{"x":null}]})", call.heap); }

Value response(std::span<const Value> args, Heap& heap) {
    Dict* o = heap.object();
    heap.set(o, Value::ascii("status"), Value::integer(200));
    heap.set(o, Value::ascii("args"), Value::array(heap.array_of(args)));
    return Value::object(o);
}

// The asynchronous ones, where they answer at once.
Value fetch(Call& call) { return response(call.args, call.heap); }

const std::unordered_map<std::string_view, Value (*)(Call&)> kFunctions = {
    {"echo", echo},     {"first", first}, {"nothing", nothing}, {"add", add},       {"boom", boom},
    {"object", object}, {"wait", first},  {"fetch", fetch},     {"sleep", nothing},
};

/// What an asynchronous function answers; undefined for sleep.
Value answer_of(const Outcome& suspended, Heap& heap) {
    if (suspended.function == "wait") return suspended.args.empty() ? Value::undefined() : suspended.args[0];
    return suspended.function == "fetch" ? response(suspended.args, heap) : Value::undefined();
}

std::string_view class_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Uncaught: return "UncaughtHogVMException";
        case ErrorKind::Argument:
        case ErrorKind::Host: return "Error";
        default: return "HogVMException";
    }
}

/// Whether JSON.stringify would throw.
bool has_cycle(Value v) {
    if (!v.is_node()) return false;
    if (v.as_node()->visiting) return true;
    const Visit visit(v.as_node());
    if (v.is(Type::Array)) {
        for (const Value item : v.as_array()->values())
            if (has_cycle(item)) return true;
    } else if (v.is(Type::Dict) || v.is(Type::Object)) {
        for (const Entry& e : v.as_dict()->items())
            if (has_cycle(e.value)) return true;
    }
    return false;
}

}  // namespace

std::string Exchange::answer(std::string_view line) {
    auto heap = std::make_shared<Heap>();
    heap_ = heap.get();
    const Value request = json::parse(line, *heap_);
    const Value options = member(request, "options");
    set_host(options);
    answer_ = heap_->object();
    printed_ = heap_->array(0);
    trace_ = heap_->array(0);
    set("id", member(request, "id"));
    try {
        if (const Value state = member(request, "state"); state.is_string()) {
            const auto suspended = State::parse(state.as_text(), standard_library());
            resume(*suspended, member(request, "answer", Value::undefined()), member(request, "globals"), options);
        } else {
            const auto program = Program::load(member(request, "program"), heap, standard_library());
            run(*program, member(request, "globals"), options);
        }
    } catch (const LoadError& e) {
        const Error error{.kind = ErrorKind::Bytecode,
                          .message = e.what(),
                          .chunk = {},
                          .ip = 0,
                          .type = {},
                          .payload_json = {},
                          .cause = {}};
        set("status", Value::ascii("failed"));
        set("printed", Value::array(heap_->array(0)));
        set_error(error, Value::null());
        set_counts(0, 0, 0, options);
    }
    return json::to_text(Value::object(answer_));
}

Value Exchange::member(Value object, std::string_view key, Value otherwise) const {
    const Entry* e = object.is(Type::Object) ? heap_->find(object.as_dict(), key) : nullptr;
    return e != nullptr ? e->value : otherwise;
}

bool Exchange::flag(Value options, std::string_view key) const {
    const Value v = member(options, key);
    return v.is(Type::Bool) && v.as_bool();
}

double Exchange::number(Value options, std::string_view key, double otherwise) const {
    const Value v = member(options, key);
    return v.is_number() ? v.as_number() : otherwise;
}

void Exchange::set(std::string_view key, Value v) { heap_->set(answer_, Value::ascii(key), v); }
void Exchange::set(std::string_view key, const std::string& text) { set(key, heap_->string(text)); }

void Exchange::set_host(Value options) {
    Host host;
    const Value functions = member(options, "functions");
    if (functions.is(Type::Array)) {
        for (const Value name : functions.as_array()->values())
            host.add(std::string(name.as_text()), kFunctions.at(name.as_text()));
    }
    const Value async = member(options, "asyncFunctions");
    if (async.is(Type::Array))
        for (const Value name : async.as_array()->values()) host.add_async(std::string(name.as_text()));
    if (const Value now = member(options, "now"); now.is_number()) host.clock = [ms = now.as_number()] { return ms; };
    if (const Value imports = member(options, "imports"); imports.is(Type::Object)) {
        host.import_chunk = [this, imports](std::string_view name, Heap& heap) {
            const Entry* e = heap_->find(imports.as_dict(), name);
            return e != nullptr ? copy(e->value, heap) : Value::undefined();
        };
    }
    vm_.host() = std::move(host);
}

RunOptions Exchange::run_options(Value options) const {
    RunOptions run;
    run.limits.timeout_ms = number(options, "timeout", run.limits.timeout_ms);
    run.limits.memory = static_cast<std::int64_t>(number(options, "memoryLimit", 64 * 1024 * 1024));
    run.limits.async_steps = static_cast<int>(number(options, "maxAsyncSteps", 100));
    run.trace = flag(options, "telemetry");
    run.exact_states = flag(options, "exactStates");
    return run;
}

void Exchange::run(const Program& program, Value globals, Value options) {
    const ValueGlobals globals_source(globals);
    const std::string text = form_ == Form::Text ? json::to_text(globals) : "";
    Outcome outcome = form_ == Form::Text ? vm_.run(program, text, run_options(options))
                                          : vm_.run(program, globals_source, run_options(options));
    keep(outcome);
    while (outcome.suspended() && flag(options, "resume")) {
        // Through text, as to another process.
        const auto state = State::parse(outcome.state->json(), standard_library());
        const Value result = answer_of(outcome, *heap_);
        outcome = vm_.resume(*state, result, run_options(options), &globals_source);
        keep(outcome);
    }
    report(outcome, options);
}

void Exchange::resume(State& state, Value answer, Value globals, Value options) {
    const ValueGlobals globals_source(globals);
    const Outcome outcome = vm_.resume(state, answer, run_options(options), &globals_source);
    keep(outcome);
    report(outcome, options);
}

void Exchange::keep(const Outcome& outcome) {
    for (const std::string& line : outcome.printed) heap_->append(printed_, heap_->string(line));
    for (const TraceRow& row : outcome.trace) {
        const Value cells[] = {heap_->string(row.chunk), Value::integer(row.ip), heap_->string(row.op),
                               heap_->string(row.debug)};
        heap_->append(trace_, Value::array(heap_->array_of(cells)));
    }
}

void Exchange::report(const Outcome& outcome, Value options) {
    set("status", Value::ascii(outcome.finished() ? "finished" : outcome.suspended() ? "suspended" : "failed"));
    set("printed", Value::array(printed_));
    if (outcome.finished()) {
        set_printed("result", outcome.result);
        std::string text;
        const bool has_text = !has_cycle(to_host(outcome.result, *heap_)) && json::write(outcome.result, text);
        set("json", has_text ? heap_->string(text) : Value::null());
    } else if (outcome.suspended()) {
        set_call(outcome, flag(options, "handOver"));
    } else {
        set_error(outcome.error, outcome.result);
    }
    set_counts(outcome.ops, outcome.max_memory, outcome.async_steps, options);
}

Value Exchange::printed_or_null(Value v) {
    try {
        return heap_->string(printed(v));
    } catch (const Failure&) {
        return Value::null();
    }
}

void Exchange::set_printed(std::string_view key, Value v) { set(key, printed_or_null(v)); }

void Exchange::set_call(const Outcome& outcome, bool hands_over) {
    Dict* call = heap_->object();
    heap_->set(call, Value::ascii("name"), heap_->string(outcome.function));
    heap_->set(call, Value::ascii("args"), copy(Value::array(heap_->array_of(outcome.args)), *heap_));
    set("async", Value::object(call));
    if (hands_over) return set("state", outcome.state->json());
    const Value state = json::parse(heap_->string(outcome.state->json()).as_text(), *heap_);
    Dict* told = heap_->object();
    for (const Entry& e : state.as_dict()->items()) {
        const std::string_view key = e.key.as_text();
        if (key != "bytecodes" && key != "syncDuration") heap_->set(told, e.key, e.value);
    }
    set("state", Value::object(told));
}

void Exchange::set_error(const Error& error, Value payload) {
    Dict* told = heap_->object();
    const auto tell = [&](std::string_view key, std::string_view text) {
        heap_->set(told, Value::ascii(key), heap_->string(text));
    };
    tell("type", class_of(error.kind));
    tell("message", error.message);
    if (error.kind == ErrorKind::Uncaught) {
        tell("hogType", error.type);
        heap_->set(told, Value::ascii("payload"), printed_or_null(payload));
    }
    tell("chunk", error.chunk);
    heap_->set(told, Value::ascii("ip"), Value::integer(error.ip));
    set("error", Value::object(told));
}

void Exchange::set_counts(std::uint64_t ops, double max_memory, int async_steps, Value options) {
    set("ops", Value::integer(static_cast<std::int64_t>(ops)));
    set("maxMemUsed", Value::number(max_memory));
    set("asyncSteps", Value::integer(async_steps));
    if (flag(options, "telemetry")) set("trace", trace_ != nullptr ? Value::array(trace_) : Value::null());
}

}  // namespace hogvm
