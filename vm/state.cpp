#include <hogvm/state.h>

#include <cmath>
#include <limits>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/work.h>

#include "chunk.h"
#include "exact.h"

namespace hogvm {
namespace {

Value parse_state(std::string_view json, Heap& heap) {
    try {
        return json::parse_copy(json, heap);
    } catch (const json::ParseError& e) {
        throw LoadError("state: not JSON: " + e.message);
    } catch (const Failure& e) {
        throw LoadError("state: " + e.message);
    }
}

/// Reads the members of a state; what is not as it should be is a LoadError that says where.
class StateReader {
  public:
    StateReader(const Heap& heap, Value root) : heap_(heap), root_(root) {
        if (!root_.is(Type::Object)) throw LoadError("state: expected an object");
    }

    Value root() const { return root_; }

    Value member(Value object, std::string_view key) const {
        const Entry* e = object.is(Type::Object) ? heap_.find(object.as_dict(), key) : nullptr;
        return e != nullptr ? e->value : Value::undefined();
    }
    std::span<const Value> array(Value object, const std::string& key) const {
        const Value v = member(object, key);
        if (!v.is(Type::Array)) throw LoadError("state: " + key + ": expected an array");
        return v.as_array()->values();
    }
    static std::int64_t integer(Value v, const std::string& what, std::int64_t least, std::int64_t most) {
        const bool fits = v.is(Type::Int) && v.as_int() >= least && v.as_int() <= most;
        if (!fits)
            throw LoadError("state: " + what + ": expected an integer from " + std::to_string(least) + " to " +
                            std::to_string(most) + ", got " + javascript::to_string(v).substr(0, 40));
        return v.as_int();
    }
    static double number(Value v, double missing) {
        return v.is_number() && std::isfinite(v.as_number()) ? v.as_number() : missing;
    }

  private:
    const Heap& heap_;
    Value root_;
};

constexpr std::int64_t kMostIndex = std::int64_t{1} << 30;

void read_upvalues(const StateReader& in, State& state) {
    const auto rows = in.array(in.root(), "upvalues");
    std::vector<bool> seen(rows.size() + 1, false);
    for (const Value row : rows) {
        State::Upvalue u{};
        u.id = static_cast<std::uint32_t>(
            in.integer(in.member(row, "id"), "upvalues: id", 1, static_cast<std::int64_t>(rows.size())));
        if (seen[u.id]) throw LoadError("state: upvalues: two have the id " + std::to_string(u.id));
        seen[u.id] = true;
        u.location = in.integer(in.member(row, "location"), "upvalues: location", -kMostIndex, kMostIndex);
        u.is_closed = javascript::to_boolean(in.member(row, "closed"));
        u.value = in.member(row, "value");
        if (u.value.is(Type::Undefined)) u.value = Value::null();
        state.upvalues.push_back(u);
    }
}

void read_frames(const StateReader& in, State& state) {
    for (const Value row : in.array(in.root(), "callStack")) {
        State::Frame f{};
        f.ip = in.integer(in.member(row, "ip"), "callStack: ip", -kMostIndex, kMostIndex);
        f.chunk = in.member(row, "chunk");
        if (f.chunk.is_nullish()) f.chunk = Value::ascii("root");
        f.stack_start = in.integer(in.member(row, "stackStart"), "callStack: stackStart", -kMostIndex, kMostIndex);
        f.arg_count = in.integer(in.member(row, "argCount"), "callStack: argCount", 0, kMostIndex);
        f.closure = from_host(in.member(row, "closure"), *state.heap);
        if (!f.closure.is(Type::Closure)) throw LoadError("state: callStack: closure: expected a closure");
        state.frames.push_back(f);
    }
    if (state.frames.empty()) throw LoadError("state: callStack: is empty");
}

/// Puts the values of an exact state in the place of those that its JSON has. What its owner has put on top of the
/// stack meanwhile stays.
void read_exact(const StateReader& in, State& state) {
    const Value written = in.member(in.root(), "exact");
    if (written.is(Type::Undefined)) return;
    const std::vector<Value> values = exact::read(written, *state.heap);
    const Value height = in.member(written, "height");
    const auto most = static_cast<std::int64_t>(std::min(values.size(), state.stack.size()));
    const auto known = static_cast<std::size_t>(StateReader::integer(height, "exact: height", 0, most));
    if (values.size() - known != state.upvalues.size())
        throw LoadError("state: exact: has the values of " + std::to_string(values.size() - known) +
                        " upvalues, not of " + std::to_string(state.upvalues.size()));
    for (std::size_t i = 0; i < state.stack.size(); ++i)
        state.stack[i] = i < known ? values[i] : from_host(state.stack[i], *state.heap);
    for (std::size_t i = 0; i < state.upvalues.size(); ++i) state.upvalues[i].value = values[known + i];
    state.is_exact = true;
}

/// A chunk's tokens. Of them JSON.stringify loses the sign of -0.
void write_tokens(const Array* tokens, bool is_exact, std::string& out) {
    if (!is_exact) {
        out += json::to_text(Value::array(const_cast<Array*>(tokens)));
        return;
    }
    out += '[';
    for (const Value& token : tokens->values()) {
        if (&token != tokens->items) out += ',';
        const bool is_negative_zero = token.is(Type::Double) && token.as_double() == 0;
        out += is_negative_zero ? "-0.0" : json::to_text(token);
    }
    out += ']';
}

/// The values of a state as JSON has them.
class Converted {
  public:
    explicit Converted(const State& state) : is_exact_(state.is_exact) {}
    Value operator()(Value v) { return is_exact_ ? to_host(v, heap_) : v; }

  private:
    bool is_exact_;
    Heap heap_;
};

}  // namespace

std::shared_ptr<State> State::parse(std::string_view json, const Library& library) {
    auto heap = std::make_shared<Heap>();
    const Value root = parse_state(json, *heap);
    // An older form of the state has the root's tokens only.
    const Value tokens = StateReader(*heap, root).member(root, "bytecode");
    auto program = Program::load(tokens.is(Type::Array) ? tokens : root, heap, library);
    return load(root, std::move(heap), std::move(program));
}

std::shared_ptr<State> State::load(Value root, std::shared_ptr<Heap> heap, std::shared_ptr<const Program> program) {
    auto state = std::make_shared<State>();
    state->heap = std::move(heap);
    state->program = std::move(program);
    const StateReader in(*state->heap, root);
    const auto stack = in.array(root, "stack");
    state->stack.assign(stack.begin(), stack.end());
    try {
        read_upvalues(in, *state);
        read_frames(in, *state);
        read_exact(in, *state);
    } catch (const Failure& e) {
        throw LoadError("state: " + e.message);
    }
    for (const Value row : in.array(root, "throwStack"))
        state->handlers.push_back(
            {in.integer(in.member(row, "callStackLen"), "throwStack: callStackLen", 1, kMostIndex),
             in.integer(in.member(row, "stackLen"), "throwStack: stackLen", 0, kMostIndex),
             in.integer(in.member(row, "catchIp"), "throwStack: catchIp", -kMostIndex, kMostIndex)});
    const Value declared = in.member(root, "declaredFunctions");
    if (declared.is(Type::Object)) {
        for (const Entry& e : declared.as_dict()->items()) {
            const bool is_pair = e.value.is(Type::Array) && e.value.as_array()->size == 2;
            if (!is_pair) throw LoadError("state: declaredFunctions: expected pairs of an ip and an argument count");
            const Value* pair = e.value.as_array()->items;
            state->declared_functions.push_back(
                {std::string(e.key.as_text()), in.integer(pair[0], "declaredFunctions: ip", -kMostIndex, kMostIndex),
                 in.integer(pair[1], "declaredFunctions: argument count", 0, kMostIndex)});
        }
    }
    constexpr auto kMostOps = std::int64_t{1} << 53;
    state->ops = static_cast<std::uint64_t>(in.integer(in.member(root, "ops"), "ops", 0, kMostOps));
    state->async_steps = static_cast<int>(
        in.integer(in.member(root, "asyncSteps"), "asyncSteps", 0, std::numeric_limits<int>::max() - 1));
    state->running_ms = std::max(0.0, in.number(in.member(root, "syncDuration"), 0));
    state->max_memory = std::clamp(in.number(in.member(root, "maxMemUsed"), 0), 0.0, 0x1p50);
    return state;
}

std::string State::json() const {
    try {
        const TextLimit limit(max_json_bytes);
        return text();
    } catch (const Failure& f) {
        if (f.kind != ErrorKind::Memory) throw;
        fail(f.kind, "The state is too large: more than " + std::to_string(max_json_bytes) + " bytes as JSON");
    }
}

std::string State::text() const {
    std::string out = "{\"bytecodes\":{";
    const auto separate = [&out](bool is_first) {
        if (!is_first) out += ',';
    };
    const auto value = [&out](Value v) {
        out += json::to_text(v);
        check_text(out.size());
    };
    Converted converted(*this);
    for (const auto& chunk : program->chunks()) {
        separate(&chunk == &program->chunks()[0]);
        value(chunk->name);
        out += ":{\"bytecode\":";
        write_tokens(chunk->tokens, is_exact, out);
        if (chunk->globals != nullptr) {
            out += ",\"globals\":";
            value(Value::object(const_cast<Dict*>(chunk->globals)));
        }
        out += '}';
    }
    out += "},\"stack\":[";
    for (const Value& v : stack) separate(&v == &stack[0]), value(converted(v));
    out += "],\"upvalues\":[";
    for (const Upvalue& u : upvalues) {
        separate(&u == &upvalues[0]);
        out += "{\"__hogUpValue__\":true,\"id\":" + std::to_string(u.id) +
               ",\"location\":" + std::to_string(u.location) + ",\"closed\":" + (u.is_closed ? "true" : "false");
        if (!u.value.is(Type::Undefined)) out += ",\"value\":", value(converted(u.value));
        out += '}';
    }
    out += "],\"callStack\":[";
    for (const Frame& f : frames) {
        separate(&f == &frames[0]);
        out += "{\"ip\":" + std::to_string(f.ip) + ",\"chunk\":";
        value(f.chunk);
        out += ",\"stackStart\":" + std::to_string(f.stack_start) + ",\"argCount\":" + std::to_string(f.arg_count) +
               ",\"closure\":";
        value(f.closure);
        out += '}';
    }
    out += "],\"throwStack\":[";
    for (const Handler& h : handlers) {
        separate(&h == &handlers[0]);
        out += "{\"callStackLen\":" + std::to_string(h.call_stack_size) +
               ",\"stackLen\":" + std::to_string(h.stack_size) + ",\"catchIp\":" + std::to_string(h.catch_ip) + "}";
    }
    out += "],\"declaredFunctions\":{";
    for (const DeclaredFunction& d : declared_functions) {
        separate(&d == &declared_functions[0]);
        value(Value::text(d.name));
        out += ":[" + std::to_string(d.ip) + "," + std::to_string(d.arg_count) + "]";
    }
    out += "},\"ops\":" + std::to_string(ops) + ",\"asyncSteps\":" + std::to_string(async_steps) + ",\"syncDuration\":";
    // To a microsecond, and never less: nobody gains time by suspending.
    javascript::append_number(std::ceil(running_ms * 1000) / 1000, out);
    out += ",\"maxMemUsed\":";
    value(Value::real(max_memory));
    if (is_exact) {
        std::vector<Value> values = stack;
        for (const Upvalue& u : upvalues) values.push_back(u.value);
        out += ",\"exact\":{\"height\":" + std::to_string(stack.size()) + ",";
        exact::write(values, out);
        out += '}';
    }
    return out + "}";
}

}  // namespace hogvm
