// The virtual machine.
//
// A Vm runs programs, one at a time; it is not for sharing between threads, but a Program is. Keep a Vm for many runs:
// it keeps its memory, and a warmed-up run of a filter allocates none.
//
//     hogvm::Vm vm;
//     hogvm::Outcome outcome = vm.run(*program, R"({"event": "$pageview"})");
//     if (outcome.finished()) std::cout << outcome.json() << '\n';
//     else std::cerr << outcome.error.text() << '\n';
//
// A run ends finished, suspended or failed; it throws nothing. `Outcome::result` and other values of an outcome are
// valid until the Vm's next run, and as long as the globals' text.
//
// An asynchronous function suspends the program: the outcome names it, with its arguments and a State. The host does
// the work in its own time and resumes, here or in another process:
//
//     while (outcome.suspended()) outcome = vm.resume(*outcome.state, answer(outcome.function, outcome.args));
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include <hogvm/error.h>
#include <hogvm/heap.h>
#include <hogvm/host.h>
#include <hogvm/program.h>
#include <hogvm/state.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

struct Limits {
    // Of the program's own running time and of reading JSON for it, suspensions not counted. Infinity is no limit, and
    // the clock is not read.
    double timeout_ms = 5000;
    std::int64_t memory = 64 * 1024 * 1024;  // bytes in the reference's accounting; 0 or less: none
    int async_steps = 100;
    // Real bytes that a run may take: its values, its stack, captured variables, the trace. The globals' document, a
    // state and the JSON text of a result, a payload or a state may each take as many again. 0 stands for what keeps a
    // run below four times `memory`, see heap_bytes().
    std::size_t heap = 0;
    std::size_t printed = 16u * 1024 * 1024;  // bytes printed; a line that Outcome::printed keeps counts 32 more

    /// `heap`, or where that is 0 a little more than three times `memory`, and at least 32 MiB; without a limit of
    /// memory 512 MiB.
    std::size_t heap_bytes() const;
};

struct RunOptions {
    Limits limits;
    bool trace = false;           // record Outcome::trace
    bool keep_stack = false;      // the reference's `repl`: a program that runs off its end keeps its stack
    bool keep_state = false;      // Outcome::state also of a failed run, and of a finished one that leaves something
    bool exact_states = false;    // states keep what JSON loses: tuples, errors, shared references...; see state.h
    bool fresh_upvalues = false;  // a captured variable is always the one that is there; see docs/differences.md
};

/// One executed instruction, with the columns of the reference's telemetry. Texts are WTF-8, as the program has them.
struct TraceRow {
    double ms;          // since the row before; epoch milliseconds in the first row
    std::string chunk;  // empty if the row before has the same
    std::int64_t ip;
    std::string op;  // such as "33/INTEGER"; "START" in the first row
    std::string debug;
};

struct Outcome {
    enum class Status : std::uint8_t { Finished, Suspended, Failed };

    Status status = Status::Failed;
    Value result;           // of a finished run; the payload of an uncaught error
    bool returned = false;  // a finished run ended by RETURN; otherwise it ran off its end
    Error error;            // of a failed one
    // Of a suspended one: the call that waits for an answer. The arguments are converted as for JSON.
    std::string_view function;
    std::span<const Value> args;
    std::shared_ptr<State> state;  // also of a finished run with keep_stack, and as keep_state says

    std::uint64_t ops = 0;  // instructions executed
    double max_memory = 0;  // the peak in the reference's accounting; NaN if a program upset it (docs/differences.md)
    int async_steps = 0;    // suspensions so far
    // Since the first call, loop or throw (before it a program has a bounded time); with the time before suspensions.
    double running_ms = 0;
    std::vector<std::string> printed;  // lines, if the host has no `print`
    std::vector<TraceRow> trace;

    bool finished() const { return status == Status::Finished; }
    bool suspended() const { return status == Status::Suspended; }
    bool failed() const { return status == Status::Failed; }
    std::size_t max_json_bytes = 512u << 20;  // that json() may give: the run's Limits::heap_bytes()
    /// The result as JSON text: as JSON.stringify gives it, null where that gives nothing. Throws Failure if it is
    /// nested deeper than kMaxDepth, or takes more than max_json_bytes.
    std::string json() const;
};

class Vm {
  public:
    Vm();
    explicit Vm(Host host);
    ~Vm();
    Vm(Vm&&) noexcept;
    Vm& operator=(Vm&&) noexcept;

    Host& host();

    /// Runs `program` without globals.
    Outcome run(const Program& program, const RunOptions& options = {});
    Outcome run(const Program& program, const Globals& globals, const RunOptions& options = {});
    /// With globals from JSON text: an object, or nothing for none. Text that is no JSON object is a failed run.
    Outcome run(const Program& program, std::string_view globals_json, const RunOptions& options = {});
    Outcome run(const Program& program, const char* globals_json, const RunOptions& options = {}) {
        return run(program, std::string_view(globals_json), options);
    }
    Outcome run(const Program& program, const boost::json::value& globals, const RunOptions& options = {});

    /// Goes on where `state` was suspended, with `result` as what the call gives. The state is used up.
    Outcome resume(State& state, Value result, const RunOptions& options = {}, const Globals* globals = nullptr);
    /// Goes on with the stack as it is: the state's owner has put the call's result on it, as hosts of the reference
    /// do.
    Outcome resume(State& state, const RunOptions& options = {}, const Globals* globals = nullptr);
    /// With the result as JSON text.
    Outcome resume(State& state, std::string_view result_json, const RunOptions& options = {},
                   const Globals* globals = nullptr);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
