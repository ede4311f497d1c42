#include "running.h"

#include <cmath>
#include <memory>
#include <vector>

#include <hogvm/globals.h>
#include <hogvm/json.h>
#include <hogvm/print.h>
#include <hogvm/state.h>

#include "check.h"

namespace hogvm::fuzz {
namespace {

constexpr double kNow = 1709210096789;  // 2024-02-29T12:34:56.789Z
constexpr int kPolls = 8;               // of a few hundred jumps and calls each

int polls = 0;

Value echo(Call& call) { return Value::array(call.heap.array_of(call.args)); }
Value first(Call& call) { return call[0]; }
Value boom(Call& call) { throw Failure(ErrorKind::Host, std::string(call.name)); }
Value object(Call& call) { return json::parse(R"({"2":true,"b":1,"a":[1,{"x":null}]})", call.heap); }

Value chunk_of(std::string_view name, Heap& heap) {
    if (name == "lib") return json::parse(R"({"bytecode":["_H",1,32,"n",1,1,33,1,6,38],"globals":{"n":7}})", heap);
    if (name == "broken") return json::parse(R"(["_H",1,99])", heap);
    return Value::undefined();
}

/// The value as JSON and as print writes it, or why that can't be.
std::string shown(Value v) {
    std::string text;
    try {
        text = printed(v) + "\n";
    } catch (const Failure& e) {
        text = e.message + "\n";
    }
    try {
        return text + json::to_text(v);
    } catch (const Failure& e) {
        return text + e.message;
    }
}

bool decided_by_chance(const Error& error) {
    return error.kind == ErrorKind::Timeout || error.kind == ErrorKind::Cancelled ||
           error.message.find("The trace exceeds") != std::string::npos ||
           error.message.starts_with("Out of memory");  // of the heap's real size, which a trace takes some of
}

struct Form {
    Vm vm{small_host()};
    RunOptions options = small_limits();

    template <typename Start>
    std::string all(const Start& start, const Globals* globals, bool& by_chance) {
        fresh_steps();
        Outcome outcome = start(*this);
        std::string text;
        while (true) {
            const auto one = said(outcome);
            by_chance = by_chance || !one;
            if (by_chance) return {};
            text += *one;
            if (!outcome.suspended()) return text;
            const auto state = State::parse(outcome.state->json(), standard_library());
            const Value answer = outcome.args.empty() ? Value::undefined() : outcome.args[0];
            outcome = vm.resume(*state, answer, options, globals);
        }
    }
};

/// The two forms, kept for the process's life, as a service keeps its Vms.
struct Forms {
    Form plain;
    Form fused;
    Forms() { plain.options.trace = true; }
};

Forms& forms() {
    static auto* const both = new Forms;
    return *both;
}

/// What both forms say of what `start` starts.
template <typename Start>
void both_say(const Globals* globals, const Start& start) {
    bool by_chance = false;
    const std::string plain = forms().plain.all(start, globals, by_chance);
    const std::string fused = forms().fused.all(start, globals, by_chance);
    show(by_chance ? "by chance" : plain);
    if (!by_chance) require(plain == fused, "the plain and the fused form agree", plain, fused);
}

}  // namespace

void fresh_steps() { polls = 0; }

RunOptions small_limits() {
    RunOptions options;
    options.limits.timeout_ms = 200;
    options.limits.memory = 1 << 20;
    options.limits.heap = 32u << 20;
    options.limits.printed = 1u << 16;
    options.limits.async_steps = 4;
    return options;
}

Host small_host() {
    Host host;
    host.add("echo", echo);
    host.add("first", first);
    host.add("boom", boom);
    host.add("object", 0, 2, object);
    host.add_async("fetch");
    host.add_async("wait");
    host.clock = [] { return kNow; };
    host.import_chunk = chunk_of;
    host.random_seed = 1;
    // Counted steps end most loops long before the clock does, and on every machine at about the same place.
    host.poll = [] {
        if (++polls > kPolls) throw Failure(ErrorKind::Cancelled, "enough");
    };
    return host;
}

std::optional<std::string> said(const Outcome& outcome) {
    if (outcome.failed() && decided_by_chance(outcome.error)) return std::nullopt;
    std::string text = outcome.finished() ? "finished" : outcome.suspended() ? "suspended" : "failed";
    text += outcome.returned ? " by return\n" : "\n";
    if (outcome.suspended()) {
        text += std::string(outcome.function) + "\n";
        for (const Value arg : outcome.args) text += shown(arg) + "\n";
        outcome.state->running_ms = 0;  // the clock's
        text += outcome.state->json() + "\n";
    } else {
        text += shown(outcome.result) + "\n";
    }
    const Error& e = outcome.error;
    if (outcome.failed()) {
        text += std::string(name_of(e.kind)) + " " + e.message + " " + e.type + " " + e.payload_json + " " + e.chunk +
                ":" + std::to_string(e.ip) + "\n";
    }
    text += "ops " + std::to_string(outcome.ops) + " steps " + std::to_string(outcome.async_steps);
    // A state's text forgets that the count was lost.
    if (!std::isnan(outcome.max_memory) && outcome.async_steps == 0)
        text += " memory " + std::to_string(outcome.max_memory);
    for (const std::string& line : outcome.printed) text += "\n" + line;
    return text + "\n";
}

void run_both(const Program& program, std::string_view globals_json) {
    Heap heap;
    const Value globals = json::parse(globals_json, heap);
    const ValueGlobals source(globals);
    both_say(&source, [&](Form& form) { return form.vm.run(program, source, form.options); });
}

void resume_both(std::string_view state_json, std::string_view result_json, const Globals& globals) {
    both_say(&globals, [&](Form& form) {
        const auto state = State::parse(state_json, standard_library());
        return form.vm.resume(*state, result_json, form.options, &globals);
    });
}

}  // namespace hogvm::fuzz
