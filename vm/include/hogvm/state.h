// The state of a suspended program: all that it takes to go on, in this process or another.
//
// Its JSON is part of the wire format (docs/bytecode.md): a state that the reference VM wrote resumes here, and the
// other way round. Values in it are converted as for JSON: tuples are arrays, errors are dicts, keys of dicts are
// texts, references inside a slot and between slots are not shared any more, and a value that holds itself is null
// there.
//
// A state of a run with RunOptions::exact_states keeps all of that, too, in a member `exact` beside the others. What
// else reads the state, the reference VM for one, passes over it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/heap.h>
#include <hogvm/program.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

struct State {
    struct Upvalue {
        std::uint32_t id;
        std::int64_t location;
        bool is_closed;
        Value value;
    };
    struct Frame {
        std::int64_t ip;  // the next token to run
        Value chunk;
        std::int64_t stack_start;
        std::int64_t arg_count;
        Value closure;
    };
    struct Handler {
        std::int64_t call_stack_size;
        std::int64_t stack_size;
        std::int64_t catch_ip;
    };
    struct DeclaredFunction {
        std::string name;
        std::int64_t ip;
        std::int64_t arg_count;
    };

    /// Reads a state's JSON. Throws LoadError naming what is wrong where.
    static std::shared_ptr<State> parse(std::string_view json, const Library& library);
    /// Likewise from a value that is kept alive by `heap`, for a program that is there already.
    static std::shared_ptr<State> load(Value state, std::shared_ptr<Heap> heap, std::shared_ptr<const Program> program);
    /// Raises Failure{Depth} for values nested deeper than kMaxDepth, Failure{Memory} if the text takes more than
    /// max_json_bytes.
    std::string json() const;
    std::size_t max_json_bytes = 512u << 20;  // of a run that was suspended: its Limits::heap_bytes()

    std::shared_ptr<Heap> heap;  // keeps the values below alive
    std::shared_ptr<const Program> program;
    std::vector<Value> stack;
    std::vector<Upvalue> upvalues;
    std::vector<Frame> frames;
    std::vector<Handler> handlers;
    std::vector<DeclaredFunction> declared_functions;
    bool is_exact = false;  // the values of the stack and the upvalues are the program's, not converted ones
    std::uint64_t ops = 0;
    int async_steps = 0;
    double running_ms = 0;
    double max_memory = 0;  // bytes; NaN if the count was lost, which JSON forgets

  private:
    std::string text() const;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
