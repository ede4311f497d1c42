#include "runs.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <string>

#include <hogvm/convert.h>
#include <hogvm/json.h>

#include "globals.h"
#include "guard.h"
#include "host.h"
#include "programs.h"
#include "read.h"
#include "write.h"

namespace hogvm::node {
namespace {

constexpr std::size_t kFewValues = 6;  // up to here writing values one by one beats JSON text

/// A limit as an integer: NaN, which no number is beyond, is none.
std::int64_t integer(double limit) {
    constexpr double kMost = 0x1p52;
    return static_cast<std::int64_t>(std::isnan(limit) ? 0 : std::clamp(limit, -1.0, kMost));
}

/// Whether a run whose memory is bounded comes nowhere near its limit.
bool has_room(const RunOptions& options, const Environment& environment) {
    return static_cast<double>(options.limits.memory) >= 4 * environment.registers[kSimple];
}

RunOptions begin(Lane& lane, napi_value host) {
    lane.environment.thrown.reset();
    lane.collects = (static_cast<std::uint32_t>(lane.environment.registers[kFlags]) & kCollect) != 0;
    const RunOptions options = options_of(lane.environment);
    set_host(lane, host);  // its getters may run a program, which has the registers then
    return options;
}

/// One run's outcome, told to JavaScript.
class Report {
  public:
    Report(Lane& lane, const Outcome& outcome, Mode mode, Napi::Value out)
        : environment_(lane.environment),
          env_(lane.environment.env),
          lane_(lane),
          outcome_(outcome),
          mode_(mode),
          out_(out) {}

    Napi::Value tell() {
        count();
        if (!outcome_.trace.empty()) give("trace", trace());
        if (!lane_.printed.empty()) give("printed", printed());
        if (outcome_.state) give("state", state(*outcome_.state));
        if (outcome_.finished()) return result();
        return outcome_.suspended() ? call() : error();
    }

  private:
    void status(Status status) { environment_.registers[kStatus] = static_cast<double>(status); }

    void count() {
        double* registers = environment_.registers;
        registers[kOps] = static_cast<double>(outcome_.ops);
        registers[kMaxMemory] = outcome_.max_memory;
        registers[kAsyncSteps] = outcome_.async_steps;
        registers[kDuration] = outcome_.running_ms;
        registers[kReturned] = outcome_.returned ? 1 : 0;
    }

    void give(const char* name, napi_value value) {
        checked(environment_, napi_set_named_property(env_, out_, name, value));
    }

    Napi::Value result() {
        status(Status::Finished);
        const Value v = outcome_.result;
        if (mode_ == Mode::Text) {
            status(Status::Text);
            return wrap(write_string(environment_, outcome_.json()));
        }
        if (is_told_by_status(v)) return {};
        const Shape shape = mode_ == Mode::Hog ? Shape::Hog : Shape::Host;
        if (!v.is_node()) return wrap(Writer(environment_, shape).write(v));
        if (const auto cells = environment_.cells.write(lane_, v, shape)) {
            status(Status::Cells);
            environment_.registers[kPlacesFrom] = cells->from;
            environment_.registers[kPlaces] = cells->count;
            return wrap(cells->text);
        }
        if (mode_ == Mode::Hog) return wrap(Writer(environment_, Shape::Hog).write(v));
        std::size_t size = 0;
        if (is_json(v, size) && size > kFewValues) {
            status(Status::Text);
            std::string& text = lane_.text;
            text.clear();
            json::write(v, text);
            return wrap(write_string(environment_, Value::text(text)));
        }
        Heap heap;
        return wrap(Writer(environment_, Shape::Host).write(to_host(v, heap)));
    }

    bool is_told_by_status(Value v) {
        switch (v.type()) {
            case Type::Null: status(Status::Null); return true;
            case Type::Bool: status(v.as_bool() ? Status::True : Status::False); return true;
            case Type::Int:
            case Type::Double:
                status(Status::Number);
                environment_.registers[kNumber] = v.as_number();
                return true;
            default: return false;
        }
    }

    Napi::Value call() {
        status(Status::Suspended);
        Napi::Object told = Napi::Object::New(env_);
        Napi::Array args = Napi::Array::New(env_, outcome_.args.size());
        for (std::size_t i = 0; i < outcome_.args.size(); ++i)
            args.Set(static_cast<std::uint32_t>(i), wrap(Writer(environment_, Shape::Host).write(outcome_.args[i])));
        told.Set("name", wrap(write_string(environment_, outcome_.function)));
        told.Set("args", args);
        return told;
    }

    Napi::Value error() {
        status(Status::Failed);
        Napi::Object told = Napi::Object::New(env_);
        const Error& error = outcome_.error;
        if (environment_.thrown && error.kind == ErrorKind::Host) {
            told.Set("thrown", environment_.thrown->Value());
            environment_.thrown.reset();
            return told;
        }
        told.Set("kind", Napi::String::New(env_, name_of(error.kind)));
        told.Set("message", wrap(write_string(environment_, error.message)));
        told.Set("chunk", wrap(write_string(environment_, error.chunk)));
        told.Set("ip", Napi::Number::New(env_, static_cast<double>(error.ip)));
        if (error.kind == ErrorKind::Uncaught) {
            const Value payload = outcome_.result;
            Heap heap;
            told.Set("type", wrap(write_string(environment_, error.type)));
            told.Set("payload",
                     wrap(mode_ == Mode::Hog ? Writer(environment_, Shape::Hog).write(payload)
                                             : Writer(environment_, Shape::Host).write(to_host(payload, heap))));
        }
        return told;
    }

    Napi::Value trace() {
        Napi::Array rows = Napi::Array::New(env_, outcome_.trace.size());
        for (std::size_t i = 0; i < outcome_.trace.size(); ++i) {
            const TraceRow& row = outcome_.trace[i];
            Napi::HandleScope scope(env_);
            Napi::Array cells = Napi::Array::New(env_, 5);
            cells.Set(0u, Napi::Number::New(env_, row.ms));
            cells.Set(1u, wrap(write_string(environment_, row.chunk)));
            cells.Set(2u, Napi::Number::New(env_, static_cast<double>(row.ip)));
            cells.Set(3u, Napi::String::New(env_, row.op));
            cells.Set(4u, wrap(write_string(environment_, row.debug)));
            rows.Set(static_cast<std::uint32_t>(i), cells);
        }
        return rows;
    }

    Napi::Value printed() {
        Napi::Array lines = Napi::Array::New(env_, lane_.printed.size());
        for (std::size_t i = 0; i < lane_.printed.size(); ++i)
            lines.Set(static_cast<std::uint32_t>(i), wrap(write_string(environment_, lane_.printed[i])));
        return lines;
    }

    Napi::Value value(Value v) { return wrap(Writer(environment_, Shape::Host).write(v)); }
    Napi::Value number(double d) { return Napi::Number::New(env_, d); }
    Napi::Value number(std::int64_t i) { return Napi::Number::New(env_, static_cast<double>(i)); }

    /// In the reference's form, with the keys in its order; an exact one as JSON text.
    Napi::Value state(const State& state) {
        if (state.is_exact) return wrap(write_string(environment_, state.json()));
        Napi::Object told = Napi::Object::New(env_);
        const auto list = [this](const auto& rows, const auto& tell_row) {
            Napi::Array out = Napi::Array::New(env_, rows.size());
            for (std::size_t i = 0; i < rows.size(); ++i) out.Set(static_cast<std::uint32_t>(i), tell_row(rows[i]));
            return out;
        };
        told.Set("stack", list(state.stack, [this](Value v) { return value(v); }));
        told.Set("upvalues", list(state.upvalues, [this](const State::Upvalue& u) {
                     Napi::Object row = Napi::Object::New(env_);
                     row.Set("__hogUpValue__", Napi::Boolean::New(env_, true));
                     row.Set("id", number(std::int64_t{u.id}));
                     row.Set("location", number(u.location));
                     row.Set("closed", Napi::Boolean::New(env_, u.is_closed));
                     row.Set("value", value(u.value));
                     return row;
                 }));
        told.Set("callStack", list(state.frames, [this](const State::Frame& f) {
                     Napi::Object row = Napi::Object::New(env_);
                     row.Set("ip", number(f.ip));
                     row.Set("chunk", value(f.chunk));
                     row.Set("stackStart", number(f.stack_start));
                     row.Set("argCount", number(f.arg_count));
                     row.Set("closure", value(f.closure));
                     return row;
                 }));
        told.Set("throwStack", list(state.handlers, [this](const State::Handler& h) {
                     Napi::Object row = Napi::Object::New(env_);
                     row.Set("callStackLen", number(h.call_stack_size));
                     row.Set("stackLen", number(h.stack_size));
                     row.Set("catchIp", number(h.catch_ip));
                     return row;
                 }));
        Napi::Object declared = Napi::Object::New(env_);
        for (const State::DeclaredFunction& d : state.declared_functions) {
            Napi::Array pair = Napi::Array::New(env_, 2);
            pair.Set(0u, number(d.ip));
            pair.Set(1u, number(d.arg_count));
            declared.Set(wrap(write_string(environment_, d.name)), pair);
        }
        told.Set("declaredFunctions", declared);
        told.Set("ops", number(static_cast<double>(state.ops)));
        told.Set("asyncSteps", number(std::int64_t{state.async_steps}));
        told.Set("syncDuration", number(std::round(state.running_ms)));
        told.Set("maxMemUsed", number(state.max_memory));
        return told;
    }

    Napi::Value wrap(napi_value value) const { return {env_, value}; }

    Environment& environment_;
    Napi::Env env_;
    Lane& lane_;
    const Outcome& outcome_;
    Mode mode_;
    Napi::Value out_;
};

Mode mode_of(const Napi::Value& value) { return static_cast<Mode>(value.As<Napi::Number>().Uint32Value()); }

}  // namespace

bool is_text(const Napi::Value& value) {
    return value.IsString() ||
           (value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array);
}

RunOptions options_of(const Environment& environment) {
    const double* registers = environment.registers;
    const auto flags = static_cast<std::uint32_t>(registers[kFlags]);
    RunOptions options;
    options.limits.timeout_ms = registers[kTimeout];
    options.limits.memory = integer(registers[kMemoryLimit]);
    options.limits.async_steps = static_cast<int>(std::min<std::int64_t>(integer(registers[kMaxAsyncSteps]), INT_MAX));
    options.trace = (flags & kTrace) != 0;
    options.keep_stack = (flags & kKeepStack) != 0;
    options.keep_state = (flags & kKeepState) != 0;
    options.exact_states = (flags & kExactStates) != 0;
    options.fresh_upvalues = (flags & kFreshUpvalues) != 0;
    return options;
}

Napi::Value run(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Lane& lane = entered.lane;
        const Program& program = *program_of(info.Env(), info[0]);
        const auto prefetched = static_cast<std::size_t>(environment.registers[kPrefetched]);
        // Only what calls nothing of its host's is prefetched.
        const RunOptions options = begin(lane, prefetched > 0 ? nullptr : static_cast<napi_value>(info[2]));
        const Napi::Value globals = info[1];
        std::string text;
        const auto outcome = [&]() -> Outcome {
            if (prefetched > 0) {
                return lane.vm.run(
                    program,
                    PrefetchedGlobals(environment, globals, info[5], prefetched, has_room(options, environment)),
                    options);
            }
            if (globals.IsUndefined() || globals.IsNull()) return lane.vm.run(program, options);
            if (!is_text(globals)) return lane.vm.run(program, ObjectGlobals(environment, globals), options);
            text = read_document(environment, globals);
            return lane.vm.run(program, std::string_view(text), options);
        }();
        return Report(lane, outcome, mode_of(info[3]), info[4]).tell();
    });
}

Napi::Value resume(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Lane& lane = entered.lane;
        const RunOptions options = begin(lane, info[3]);
        auto heap = std::make_shared<Heap>();
        const Value read = Reader(environment, *heap, Shape::Host).read(info[1]);
        const auto state = State::load(read, heap, program_of(info.Env(), info[0]));
        const ObjectGlobals globals(environment, info[2]);
        const bool has_globals = info[2].IsObject();
        const Outcome outcome = lane.vm.resume(*state, options, has_globals ? &globals : nullptr);
        return Report(lane, outcome, mode_of(info[4]), info[5]).tell();
    });
}

Napi::Value call(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Entered entered(environment);
        Lane& lane = entered.lane;
        const RunOptions options = begin(lane, info[2]);
        Heap heap;
        const Value arguments = Reader(environment, heap, Shape::Hog).read(info[1]);
        const ArgumentGlobals globals(arguments.as_array()->values());
        const Outcome outcome = lane.vm.run(*program_of(info.Env(), info[0]), globals, options);
        return Report(lane, outcome, mode_of(info[3]), info[4]).tell();
    });
}

}  // namespace hogvm::node
