// A run: one program being executed.
//
// A Vm keeps one Run and uses it again and again. What a program can touch is here: its stack, frames, handlers,
// upvalues and heap. The interpreter's loop (interpreter.cpp) keeps the hottest of it in local variables and writes
// them back to `at_` (save) before it calls anything that may look at them or raise; see the rules there.
//
// Accounting. The reference charges each stack slot what its value cost, deeply, when it was put there, and remembers
// the peak of the sum. Every slot costs 8; what it costs beyond that is its excess. So the use is 8 * height + excess,
// and in units of half a byte (a Value is 16 bytes) it is the distance of the stack pointer from its base plus twice
// the excess: `sp - base + excess2 > peak2` is the one test of a push. Pushing or popping a primitive needs nothing
// more; a slot with excess has is_charged() set and its cost beside it in Stack::charges. Writing to a slot through an
// upvalue leaves the charge of the slot as it was, as in the reference.
//
// Counting. The instructions run so far are the distance of the current one from `origin`, which moves at each jump by
// as much as was jumped over.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <hogvm/heap.h>
#include <hogvm/host.h>
#include <hogvm/program.h>
#include <hogvm/vm.h>

#include "chunk.h"
#include "frames.h"
#include "stack.h"

namespace hogvm {

class Run final : public Watch {
  public:
    explicit Run(Host host);

    Host& host() { return host_; }
    Heap& heap() { return heap_; }

    Outcome run(const Program& program, const Globals* globals, const RunOptions& options);
    /// In two steps: what is done between them is a part of the run. May raise Failure, like `run`, before it begins.
    void begin(const Program& program, const RunOptions& options);
    Outcome go(const Globals* globals);
    /// `result` makes what the suspended call gives; none where the stack has it already.
    Outcome resume(State& state, const std::function<Value()>& result, const Globals* globals,
                   const RunOptions& options);
    /// Makes ready for another run: what the one before allocated is gone.
    void reset();
    /// A failed outcome for what went wrong before anything ran.
    static Outcome failed(Failure failure);

    // For Call.
    double now_ms() const;
    double random();
    void print(std::string_view line);
    void check_time(std::size_t work);

  private:
    struct Handler {
        std::int64_t frames;
        std::int64_t height;
        std::int64_t ip;
    };
    struct Upvalue {  // its id is its place in upvalues_, counted from 1
        std::int64_t location;
        bool is_closed;
        Value value;
    };
    struct Declared {
        Value name;
        std::int64_t ip;
        std::int64_t arg_count;
    };
    /// What the loop keeps in local variables.
    struct Registers {
        const Instruction* pc;
        Value* sp;
        std::int64_t excess2;
        std::intptr_t origin;
    };
    /// What the loop does after an instruction. Plain: goes on without fused instructions; see heights.h.
    enum class Step : std::uint8_t { Continue, Finished, Suspended, Plain };

    static constexpr std::size_t kMostUncheckedFrames = 50000;  // where the reference has no limit
    static constexpr std::size_t kCollectFirst = 32 << 20;
    static constexpr std::size_t kMostUpvalues = 1 << 22;
    static constexpr std::size_t kLongText = 4096;  // bytes, or what a node costs
    static constexpr double kNotStarted = -1;

    // run.cpp: a run's beginning and end.
    Outcome execute();
    Outcome finish(Step step);
    Outcome failure(ErrorKind kind, const std::string& message, std::exception_ptr cause);
    void fill(Outcome& outcome);
    double running_ms() const;
    std::int64_t failed_ip() const;
    bool has_left() const;
    Value uncaught_payload() const;
    std::string name_in_error(Value name) const;

    // interpreter.cpp
    struct Loop;
    template <bool kPlain>
    Step loop();
    /// Whether the frames stand as high as their code says.
    bool has_known_heights() const;

    // operations.cpp: what the loop does out of line.
    void over_peak();
    /// Notes a peak that SET_LOCAL has made, which the reference does not compare with the limit.
    void note_peak();
    /// What a push is compared with. The peak may be above the limit: writing to a variable raises it without a look at
    /// that, and so does a resume. Then the limit is what counts.
    void watch_peak() { peak2_ = std::min(true_peak2_, ceiling2_); }
    [[noreturn]] void underflow();
    void throw_error(Value error);
    void set_local(std::int64_t slot);
    void make_container(const Instruction& i);
    void get_global(std::size_t count);
    bool end_of_chunk();
    void collect();
    std::size_t collection_after(std::size_t living) const;  // at how many bytes of heap
    [[noreturn]] void fail_past_end();
    bool return_result();
    /// Calls, backward jumps and throws come here: the one place where a run is interrupted, and where its values may
    /// move.
    void tick() {
        if (--ticks_ == 0) slow_tick();
    }
    void slow_tick();
    /// Keeps what the run takes besides values within the heap's limit, too.
    void share_memory();
    void worked(std::size_t steps) override { check_time(steps); }
    double patience_ms() override;
    std::size_t room() const override { return heap_.max_bytes() - std::min(heap_.max_bytes(), heap_.bytes()); }
    /// Says that an operator or a function looks at all of a value, if that takes time.
    void charge(Value v) {
        const bool is_long = v.is_string() ? v.as_text().size() > kLongText
                                           : v.is_node() && static_cast<std::size_t>(v.as_node()->cost) > kLongText;
        if (is_long) [[unlikely]]
            charge_large(v);
    }
    void charge_large(Value v);

    // calls.cpp
    Step call_global(const Instruction& i);
    Step call_local(const Instruction& i);
    Step call_callable(const Instruction& i, Value closure);
    void call_declared(const Instruction& i, const Declared& declared);
    void call_import(std::span<const Value> args);
    void call_host(const Host::Function& function, std::span<const Value> args);
    void call_native(const Function& function, std::span<const Value> args);
    Step suspend(std::string_view name, std::span<const Value> args, const Instruction* call);
    /// Enters a function that begins at token `ip` of the chunk.
    void push_frame(FrameKind kind, const Chunk* chunk, std::int64_t start, const Closure* closure,
                    const Callable* function, std::int64_t ip, std::size_t most);
    std::span<const Value> pop_args(std::int64_t count, bool reversed);
    const Declared* find_declared(std::string_view name) const;
    std::shared_ptr<const Chunk> find_chunk(Value name);
    std::shared_ptr<const Chunk> import_chunk(std::string_view name);  // of the host; null without one
    const Chunk* keep(std::shared_ptr<const Chunk> chunk);
    /// The instruction at a token index of the chunk; if none was decoded from there, one of a chunk that takes its
    /// place.
    const Instruction* arrive(const Chunk** chunk, std::int64_t ip);
    void make_callable(const Instruction& i);
    void make_closure(const Instruction& i);
    std::uint32_t capture(std::int64_t location);
    Upvalue& upvalue(std::int64_t index);
    void close_upvalues(std::int64_t height);

    // suspend.cpp
    std::shared_ptr<State> state(std::int64_t next_ip);
    void restore(const State& state, std::optional<Value> result);
    std::shared_ptr<State> state_at_end(std::int64_t next_ip);
    Value frame_closure(const Frame& frame, Heap& heap) const;

    // trace.cpp
    void trace_start();
    void trace(std::int64_t ip);

    // The stack.
    std::int64_t height() const { return at_.sp - base_; }
    std::int64_t use2() const {
        return reinterpret_cast<const char*>(at_.sp) - reinterpret_cast<const char*>(base_) + at_.excess2;
    }
    /// The use at which the stack's memory would end, were all of it height.
    std::int64_t last_use2() const {
        return static_cast<std::int64_t>((stack_.slots() - 2 * kMostArguments) * sizeof(Value));
    }
    void push(Value v) {
        if (v.is_heavy()) {
            const std::int64_t cost = heap_.cost(v);
            stack_.charges()[at_.sp - base_] = cost;
            at_.excess2 += 2 * (cost - 8);
            *at_.sp++ = v.charged(true);
        } else {
            *at_.sp++ = v.charged(false);
        }
        if (use2() > peak2_) [[unlikely]]
            over_peak();
    }
    Value pop() {
        if (at_.sp == base_) [[unlikely]]
            underflow();
        --at_.sp;
        if (at_.sp->is_charged()) at_.excess2 -= 2 * (stack_.charges()[at_.sp - base_] - 8);
        return *at_.sp;
    }
    /// Drops what is above `height`, closing the upvalues there.
    void cut(std::int64_t height);
    /// The same, but open upvalues stay open.
    void drop(std::int64_t height) {
        while (at_.sp - base_ > height) pop();
    }
    std::uint64_t ops() const {
        return static_cast<std::uint64_t>((reinterpret_cast<std::intptr_t>(at_.pc) - at_.origin) /
                                          static_cast<std::intptr_t>(sizeof(Instruction)));
    }
    /// Goes on at `target`, having run the instruction at at_.pc.
    void jump_to(const Instruction* target) {
        at_.origin += reinterpret_cast<std::intptr_t>(target) - reinterpret_cast<std::intptr_t>(at_.pc + 1);
        at_.pc = target;
    }
    Frame& top() { return frames_.back(); }

    Host host_;
    Heap heap_;
    Stack stack_;
    Registers at_{};
    Value* base_ = nullptr;
    std::int64_t peak2_ = 0;  // what use2 is compared with: see watch_peak()
    std::int64_t true_peak2_ = 0;
    std::int64_t ceiling2_ = 0;  // a use up to which nothing but the peak changes
    bool returned_ = false;      // ended by RETURN
    bool lost_count_ = false;    // SET_LOCAL beyond the top makes the reference's sum NaN

    const Program* program_ = nullptr;
    std::shared_ptr<const Program> program_kept_;
    const Globals* globals_ = nullptr;
    std::vector<std::uint32_t> places_;  // of the keys of the program's paths: what Globals::glance remembers
    RunOptions options_;
    Frames frames_;
    std::vector<Handler> handlers_;
    std::vector<Upvalue> upvalues_;             // in order of creation
    std::vector<std::uint32_t> upvalue_order_;  // ids by location: of all, or with fresh_upvalues of the open ones
    std::int64_t highest_open_ = -1;            // no open upvalue lies above this slot
    std::vector<Declared> declared_;
    std::vector<std::shared_ptr<const Chunk>> imported_;
    std::size_t extended_bytes_ = 0;  // of the chunks that arrive() has made
    std::vector<std::shared_ptr<const Chunk>> kept_;
    std::vector<Value> args_;  // of a host or async call
    std::string_view async_name_;
    std::int64_t async_next_ip_ = 0;
    int async_steps_ = 0;
    double earlier_ms_ = 0;            // running time before the last resume
    double started_ms_ = kNotStarted;  // by the steady clock, at the first look at it
    double deadline_ms_ = 0;
    std::uint32_t ticks_ = 1;                 // until the next slow_tick(); the heap sets it to 1 when it has grown
    bool calls_library_ = false;              // a call by a library function's name calls just that
    std::size_t collect_at_ = kCollectFirst;  // bytes of heap
    std::size_t work_ = 0;
    std::exception_ptr cause_;
    Value uncaught_;
    std::vector<std::string> printed_;
    std::size_t printed_bytes_ = 0;
    std::vector<TraceRow> trace_;
    std::size_t trace_bytes_ = 0;
    double traced_ms_ = 0;
    Value traced_chunk_;
    std::mt19937_64 random_;
    bool is_seeded_ = false;
    std::shared_ptr<const Program> resumed_;
};

}  // namespace hogvm
