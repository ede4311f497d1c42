// The host: what a service gives to the programs that it runs, and what they may take.
//
// Nothing in the library reads the environment, the file system (but for the zone data), or the network, or writes to
// stdout. A program sees what its Host offers: functions, a clock, a source of randomness, chunks to import.
//
//     hogvm::Host host;
//     host.add("double", 1, 1, [](hogvm::Call& call) { return hogvm::Value::number(2 * call[0].as_number()); });
//     host.add_async("fetch");
//     hogvm::Vm vm(host);
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

namespace hogvm {
class Run;  // hidden: a name has the visibility of its first declaration
}

HOGVM_PUBLIC_BEGIN
namespace hogvm {

class Host;

/// A call of a library or host function: its arguments and what it may use.
class Call {
  public:
    Call(Heap& run_heap, Run& run, const Host& run_host, std::string_view function, std::span<const Value> arguments)
        : heap(run_heap), host(run_host), name(function), args(arguments), run_(run) {}

    Heap& heap;  ///< where results are made
    const Host& host;
    std::string_view name;
    std::span<const Value> args;

    std::size_t size() const { return args.size(); }
    /// The argument counted from 0, or undefined if it was not given.
    Value operator[](std::size_t i) const { return i < args.size() ? args[i] : Value::undefined(); }

    double now_ms() const;  ///< epoch milliseconds by the host's clock
    double random() const;  ///< in [0, 1)
    void print(std::string_view line) const;
    /// Ends the run if its time is up or it was cancelled. Functions that can run long call this every so often;
    /// `work` is how many small steps have passed since the last call, and the clock is looked at every few thousand.
    void check_time(std::size_t work = 1) const;
    /// Ends the run with `message` (ErrorKind::Argument).
    [[noreturn]] void fail(std::string message) const;

  private:
    Run& run_;
};

/// A function of the host: its arguments are converted as for JSON (tuples are arrays, dicts are objects with string
/// keys), and its result is converted back. What it throws fails the run, with the exception as Error::cause.
using HostFunction = std::function<Value(Call&)>;

/// The data that a program sees as its globals. Implement it to have only what programs read converted; for JSON there
/// are implementations in json.h and globals.h.
class Globals {
  public:
    virtual ~Globals() = default;
    /// Finds `path` (at least one key; the first names the global). Returns false if there is no such global; otherwise
    /// `value` is what is there, null where the path leads nowhere. What it gives is new on `heap` down to the leaves,
    /// so that a program can't change the host's data; texts may be views that outlive the run.
    virtual bool read(std::span<const Value> path, Heap& heap, Value& value) const = 0;
    /// The same where that is a number, a text, a boolean or null (where the path leads nowhere, too), and quicker: the
    /// text may be one whose units are not counted. False where it is none of these, or read() is to be asked.
    ///
    /// `places` is a number for each key of the path, 0 at first and kept by the Vm while it runs the same program: of
    /// use to remember where the key was found, since the next event is likely to have it there.
    virtual bool glance(std::span<const Value> path, std::uint32_t* places, Value& value) const {
        static_cast<void>(path), static_cast<void>(places), static_cast<void>(value);
        return false;
    }
};

class Host {
  public:
    static constexpr int kAnyNumber = -1;

    /// Adds a synchronous function; it goes before the standard library's of that name. Raises std::invalid_argument
    /// if there is a host function of that name.
    void add(std::string name, int min_args, int max_args, HostFunction function);
    void add(std::string name, HostFunction function) { add(std::move(name), 0, kAnyNumber, std::move(function)); }
    /// Adds an asynchronous function: calling it suspends the program, and the host resumes it with the result.
    void add_async(std::string name);

    /// Where print goes, a line a call. Without it, lines are kept in Outcome::printed.
    std::function<void(std::string_view line)> print;
    /// Epoch milliseconds. The system's clock by default.
    std::function<double()> clock;
    /// Asked for a chunk that the program doesn't carry: its tokens, or an object of "bytecode" and "globals", that
    /// live in `heap`, as json::parse_copy makes them of JSON text; undefined where there is none.
    std::function<Value(std::string_view name, Heap& heap)> import_chunk;
    /// Whether a pattern is found in a text, in place of the engine's own RE2. Asked by the operators =~ and LIKE and
    /// their like; LIKE's patterns come as regular expressions, "(?i)" before those that ignore case.
    std::function<bool(std::string_view pattern, std::string_view text)> match;
    /// The seed of randomFloat and generateUUIDv4; without it, every run differs.
    std::optional<std::uint64_t> random_seed;
    /// The name of the zone that stands for the process's own (in toDate of a number, and zones named "local").
    std::string local_zone = "UTC";
    /// Raised by any thread to end the run soon.
    const std::atomic<bool>* stop = nullptr;
    /// The host's own: what the native functions of its libraries find in Call::host.
    void* context = nullptr;
    /// Called now and then while a run lasts (every few hundred calls and backward jumps), by the thread that runs it,
    /// for what the host must do meanwhile. It may end the run by raising Failure.
    std::function<void()> poll;

    struct Function {
        std::string name;
        int min_args;
        int max_args;
        bool is_async;
        HostFunction call;
    };
    const Function* find(std::string_view name) const;
    bool has_functions() const { return !functions_.empty(); }

  private:
    void insert(Function function);
    std::map<std::string, Function, std::less<>> functions_;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
