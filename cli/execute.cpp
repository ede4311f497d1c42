#include "execute.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>

#include <hogvm/globals.h>
#include <hogvm/json.h>
#include <hogvm/state.h>

namespace hogvm::cli {
namespace {

// `sleep` is the only asynchronous function that there is: the tool's host has none.
void sleep_for(std::span<const Value> args) {
    if (args.empty() || !args[0].is_number() || !(args[0].as_number() > 0)) return;
    constexpr double kLongest = 1e9;  // seconds
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(args[0].as_number(), kLongest)));
}

template <typename Item>
void put_before(std::vector<Item>& items, std::vector<Item>& earlier) {
    earlier.insert(earlier.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    items.swap(earlier);
}

}  // namespace

Outcome execute(Vm& vm, const Program& program, std::string_view globals_json, const RunOptions& options,
                void (*before_sleep)()) {
    Outcome outcome = vm.run(program, globals_json, options);
    if (!outcome.suspended()) return outcome;

    Heap heap;
    const ValueGlobals globals(globals_json.empty() ? Value::object(heap.object()) : json::parse(globals_json, heap));
    while (outcome.suspended()) {
        if (before_sleep != nullptr) before_sleep();
        sleep_for(outcome.args);
        const std::shared_ptr<State> state = std::move(outcome.state);
        Outcome next = vm.resume(*state, Value::undefined(), options, &globals);
        put_before(next.printed, outcome.printed);
        put_before(next.trace, outcome.trace);
        outcome = std::move(next);
    }
    return outcome;
}

std::string result_json(Outcome& outcome) {
    if (!outcome.finished()) return {};
    try {
        return outcome.json();
    } catch (const Failure& failure) {
        outcome.status = Outcome::Status::Failed;
        outcome.error = {};
        outcome.error.kind = failure.kind;
        outcome.error.message = "result: " + failure.message;
        return {};
    }
}

}  // namespace hogvm::cli
