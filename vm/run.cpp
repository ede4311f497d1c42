#include "run.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

#include <hogvm/convert.h>

#include "collector.h"

namespace hogvm {
namespace {

constexpr std::uint32_t kTicksPerLook = 256;   // calls and backward jumps between two looks at the clock
constexpr std::size_t kWorkPerLook = 4096;     // steps of a library function between two
constexpr std::size_t kStackKept = 64 * 1024;  // slots whose memory a Vm keeps between runs
constexpr std::size_t kMostSlots = 1 << 24;

double steady_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Slots that a memory limit has room for, plus what calls push before they look.
std::size_t slots_for(std::int64_t memory_limit) {
    const std::size_t slots = memory_limit > 0 ? static_cast<std::size_t>(memory_limit) / 8 : kMostSlots;
    return std::clamp<std::size_t>(slots, 1024, kMostSlots) + 4096;
}

}  // namespace

Run::Run(Host host) : host_(std::move(host)) { heap_.set_alarm(&ticks_); }

void Run::reset() {
    heap_.clear();
    frames_.clear();
    handlers_.clear();
    upvalues_.clear();
    upvalue_order_.clear();
    highest_open_ = -1;
    declared_.clear();
    imported_.clear();
    kept_.clear();
    extended_bytes_ = 0;
    args_.clear();
    cause_ = nullptr;
    uncaught_ = Value::null();
    printed_.clear();
    printed_bytes_ = 0;
    trace_.clear();
    trace_bytes_ = 0;
    if (stack_.slots() > 0 && true_peak2_ > static_cast<std::int64_t>(kStackKept * sizeof(Value)))
        stack_.trim(kStackKept);
    peak2_ = true_peak2_ = 0;
    lost_count_ = false;
    resumed_.reset();
}

void Run::begin(const Program& program, const RunOptions& options) {
    if (program_ != &program) {
        program_kept_ = program.shared_from_this();  // results may be views of its constants
        program_ = &program;
        places_.assign(program.chunks()[0]->path_keys.size(), 0);
    }
    options_ = options;
    options_.limits.heap = options.limits.heap_bytes();
    heap_.set_max_bytes(options_.limits.heap);
    heap_.set_watch(this);
    stack_.reserve(slots_for(options.limits.memory));
    base_ = stack_.values();
    ceiling2_ = last_use2();
    if (options.limits.memory > 0) ceiling2_ = std::min(ceiling2_, 2 * options.limits.memory);
    at_ = {nullptr, base_, 0, 0};
    async_steps_ = 0;
    earlier_ms_ = 0;
    started_ms_ = kNotStarted;
    ticks_ = 1;  // the first call looks at the clock, as in the reference
    work_ = 0;
    collect_at_ = collection_after(0);
    calls_library_ = !host_.has_functions() && program.version() != 0;
    is_seeded_ = false;
    returned_ = false;
}

Outcome Run::run(const Program& program, const Globals* globals, const RunOptions& options) {
    begin(program, options);
    return go(globals);
}

Outcome Run::go(const Globals* globals) {
    globals_ = globals;
    const Chunk* root = program_->chunks()[0].get();
    frames_.push(FrameKind::Root, root, 0, nullptr, nullptr);
    at_.pc = &root->code[root->start];
    at_.origin = reinterpret_cast<std::intptr_t>(at_.pc);
    return execute();
}

Outcome Run::resume(State& state, const std::function<Value()>& result, const Globals* globals,
                    const RunOptions& options) {
    resumed_ = state.program;
    const Working working(this);
    try {
        begin(*resumed_, options);
        globals_ = globals;
        earlier_ms_ = state.running_ms;  // before anything looks at the clock
        restore(state, result ? std::optional(result()) : std::nullopt);
    } catch (const Failure& f) {
        return frames_.empty() ? failed(f) : failure(f.kind, f.message, cause_);
    } catch (const LoadError& e) {
        return failed({ErrorKind::Bytecode, e.what()});
    }
    return execute();
}

Outcome Run::failed(Failure failure) {
    Outcome outcome;
    outcome.error.kind = failure.kind;
    outcome.error.message = std::move(failure.message);
    return outcome;
}

Outcome Run::execute() {
    const Working working(this);
    try {
        if (options_.trace) trace_start();
        Step step = Step::Plain;
        if (!options_.trace && has_known_heights()) step = loop<false>();
        if (step == Step::Plain) step = loop<true>();
        return finish(step);
    } catch (const Failure& f) {
        return failure(f.kind, f.message, cause_);
    } catch (const LoadError& e) {
        return failure(ErrorKind::Bytecode, e.what(), nullptr);
    } catch (const std::bad_alloc&) {
        return failure(ErrorKind::Memory, "Out of memory", nullptr);
    }
}

bool Run::has_known_heights() const {
    if (!declared_.empty()) return false;
    const Frame* const last = frames_.end() - 1;
    if (std::any_of(frames_.begin(), frames_.end(), [](const Frame& f) { return f.start < 0; })) return false;
    for (const Frame* frame = frames_.begin(); frame != last; ++frame)
        // The call that it waits for leaves its result where the next frame starts.
        if (frame->pc->height != frame[1].start - frame->start + 1) return false;
    return at_.pc->height == height() - last->start;
}

Outcome Run::finish(Step step) {
    Outcome outcome;
    if (step == Step::Suspended) outcome.state = state(async_next_ip_);  // which may fail, with all that was printed
    fill(outcome);
    if (step == Step::Suspended) {
        outcome.status = Outcome::Status::Suspended;
        outcome.function = async_name_;
        outcome.args = args_;
        outcome.async_steps = outcome.state->async_steps;
        outcome.state->running_ms = outcome.running_ms;  // making it counts, too
    } else {
        outcome.status = Outcome::Status::Finished;
        outcome.result = args_[0].charged(false);
        outcome.returned = returned_;
        if (options_.keep_stack) {
            outcome.state = state(0);
        } else if (options_.keep_state && has_left()) {
            outcome.state = state_at_end(0);
        }
    }
    return outcome;
}

Outcome Run::failure(ErrorKind kind, const std::string& message, std::exception_ptr cause) {
    // Only a program's throw leaves an error; a function of the host may raise any Failure.
    if (kind == ErrorKind::Uncaught && uncaught_.is(Type::Null)) kind = ErrorKind::Host;
    // What a program made of any size is told within its time and memory.
    const std::string chunk = frames_.empty() ? "" : name_in_error(top().chunk_name());
    std::string type;
    std::string payload = "null";
    if (kind == ErrorKind::Uncaught) {
        type = name_in_error(heap_.find(uncaught_.as_dict(), "type")->value);
        try {
            payload = json::to_text(uncaught_payload());
        } catch (const Failure& f) {
            if (f.kind != ErrorKind::Depth) return failure(f.kind, f.message, nullptr);
        }
    }
    heap_.set_watch(nullptr);  // what is left to do is done, whatever the time
    const Working working(nullptr);
    Outcome outcome;
    fill(outcome);
    if (at_.pc != nullptr && at_.pc->op != Opcode::END && at_.pc->op != Opcode::CONTINUE)
        ++outcome.ops;  // the one that failed
    Error& error = outcome.error;
    error.kind = kind;
    error.message = message;
    error.cause = std::move(cause);
    if (!frames_.empty()) {
        std::string buffer;
        error.chunk = text::well_formed(chunk, buffer);
        error.ip = at_.pc != nullptr ? static_cast<std::int32_t>(at_.pc->ip) : 0;  // -1 before the first
    }
    if (options_.keep_state && !frames_.empty() && !heap_.is_torn()) outcome.state = state_at_end(failed_ip());
    if (kind == ErrorKind::Uncaught) {
        error.type = std::move(type);
        error.payload_json = std::move(payload);
        outcome.result = uncaught_payload();
    }
    return outcome;
}

/// A name as text: empty if it is none, and can't be made one in the time and memory that are left.
std::string Run::name_in_error(Value name) const {
    if (name.is_string()) return std::string(name.as_text());
    try {
        return javascript::to_string(name);
    } catch (const Failure&) {
        return "";
    }
}

Value Run::uncaught_payload() const {
    const Entry* payload = heap_.find(uncaught_.as_dict(), "payload");
    return payload != nullptr ? payload->value : Value::null();
}

/// The last token that the instruction that failed has looked at, where the reference's ip is then.
std::int64_t Run::failed_ip() const {
    if (at_.pc == nullptr) return 0;
    const auto op = static_cast<std::uint8_t>(at_.pc->op);
    const char operands = op < kOpcodeCount ? kOpcodes[op].operands : '-';
    const int count = operands == '-' ? 0 : operands == 'g' ? 2 : operands == 'd' ? 3 : operands == 'f' ? 4 : 1;
    return std::int64_t{at_.pc->ip} + count;
}

bool Run::has_left() const { return height() > 0 || !upvalues_.empty() || !handlers_.empty() || !declared_.empty(); }

void Run::fill(Outcome& outcome) {
    outcome.max_json_bytes = options_.limits.heap;
    outcome.ops = at_.pc != nullptr ? ops() : 0;
    outcome.max_memory = lost_count_ ? std::nan("") : static_cast<double>(true_peak2_) / 2;
    outcome.async_steps = async_steps_;
    outcome.running_ms = running_ms();
    if (!printed_.empty()) outcome.printed.swap(printed_);
    if (!trace_.empty()) outcome.trace.swap(trace_);
}

double Run::running_ms() const { return earlier_ms_ + (started_ms_ == kNotStarted ? 0 : steady_ms() - started_ms_); }

void Run::slow_tick() {
    ticks_ = kTicksPerLook;
    check_time(kWorkPerLook);
    share_memory();
    if (heap_.bytes() <= collect_at_) return;
    // The small values that live are there twice for a while.
    const std::size_t small = heap_.bytes() - heap_.large_bytes();
    if (heap_.bytes() + small <= options_.limits.heap / 20 * 23) collect();
}

void Run::share_memory() {
    constexpr std::size_t kSlotBytes = sizeof(Value) + sizeof(std::int64_t);
    const std::size_t limit = options_.limits.heap;
    const std::size_t besides = trace_bytes_ + extended_bytes_ + static_cast<std::size_t>(height()) * kSlotBytes +
                                upvalues_.capacity() * (sizeof(Upvalue) + sizeof(std::uint32_t));
    if (heap_.bytes() + besides > limit)
        fail(ErrorKind::Memory, "Out of memory: this run needs more than " + std::to_string(limit) + " bytes");
    heap_.set_max_bytes(limit - besides);
}

void Run::charge_large(Value v) {
    constexpr std::size_t kBytesPerStep = 64;
    check_time((v.is_string() ? v.as_text().size() : static_cast<std::size_t>(v.as_node()->cost)) / kBytesPerStep);
}

void Run::check_time(std::size_t work) {
    work_ += work;
    if (work_ < kWorkPerLook) return;
    work_ = 0;
    if (host_.stop != nullptr && host_.stop->load(std::memory_order_relaxed))
        fail(ErrorKind::Cancelled, "Execution was cancelled");
    if (host_.poll) host_.poll();
    if (std::isinf(options_.limits.timeout_ms)) return;
    // Time runs from the first look: reading the clock twice takes as long as a filter.
    const double now = steady_ms();
    if (started_ms_ == kNotStarted) {
        started_ms_ = now;
        deadline_ms_ = now + options_.limits.timeout_ms - earlier_ms_;
    }
    if (now <= deadline_ms_) return;
    std::string seconds;
    javascript::append_number(options_.limits.timeout_ms / 1000, seconds);
    fail(ErrorKind::Timeout,
         "Execution timed out after " + seconds + " seconds. Performed " + std::to_string(ops() + 1) + " ops.");
}

double Run::patience_ms() {
    check_time(kWorkPerLook);
    const double left = options_.limits.timeout_ms - running_ms();
    return host_.stop != nullptr ? kPatienceMs : std::max(kPatienceMs, left);
}

void Run::collect() {
    Collector collector(heap_, *this);
    for (Value* v = base_; v != at_.sp; ++v) collector.move(*v);
    for (Upvalue& u : upvalues_)
        if (u.is_closed) collector.move(u.value);
    for (Frame& f : frames_) {
        collector.move(f.closure);
        collector.move(f.function);
    }
    for (Declared& d : declared_) collector.move(d.name);
    collector.move(traced_chunk_);
    collector.finish();
    collect_at_ = collection_after(heap_.bytes());
}

// Each collection is paid for by as many bytes made as it moves, while there is room for that: what is small is there
// twice during a collection, so there has to be one before more than half of the limit is.
std::size_t Run::collection_after(std::size_t living) const {
    const std::size_t limit = options_.limits.heap;
    const std::size_t paid = std::max(std::min(kCollectFirst, limit / 4), living * 2);
    return std::max(std::min(paid, limit / 20 * 11), living + living / 8);
}

// What functions may use.

double Run::now_ms() const {
    if (host_.clock) return host_.clock();
    return std::floor(
        std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count());
}

double Run::random() {
    if (!is_seeded_) {
        if (host_.random_seed) {
            random_.seed(*host_.random_seed);
        } else {
            std::random_device device;
            random_.seed(std::uint64_t{device()} << 32 | device());
        }
        is_seeded_ = true;
    }
    return static_cast<double>(random_() >> 11) * 0x1p-53;
}

void Run::print(std::string_view line) {
    printed_bytes_ += line.size() + (host_.print ? 1 : sizeof(std::string));
    if (printed_bytes_ > options_.limits.printed)
        fail(ErrorKind::Memory, "Printed output exceeds " + std::to_string(options_.limits.printed) + " bytes");
    std::string buffer;
    const std::string_view well_formed = text::well_formed(line, buffer);
    if (host_.print) {
        host_.print(well_formed);
    } else {
        printed_.emplace_back(well_formed);
    }
}

double Call::now_ms() const { return run_.now_ms(); }
double Call::random() const { return run_.random(); }
void Call::print(std::string_view line) const { run_.print(line); }
void Call::check_time(std::size_t work) const { run_.check_time(work); }
void Call::fail(std::string message) const { hogvm::fail(ErrorKind::Argument, std::move(message)); }

}  // namespace hogvm
