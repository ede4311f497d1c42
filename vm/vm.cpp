#include <hogvm/vm.h>

#include <algorithm>
#include <new>
#include <optional>

#include <boost/json/value.hpp>

#include <hogvm/convert.h>
#include <hogvm/globals.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/work.h>

#include "run.h"

namespace hogvm {

std::size_t Limits::heap_bytes() const {
    if (heap > 0) return heap;
    if (memory <= 0) return 512u << 20;
    // The rest, up to four times, is for what a collection takes and for printed lines.
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    return std::max<std::size_t>(32u << 20, static_cast<std::size_t>(std::min(memory, kMost)) / 8 * 25);
}

class Vm::Impl {
  public:
    explicit Impl(Host host) : run(std::move(host)) {}

    Run run;
    Heap document;  // of globals that came as text, as long as the outcome may refer to them
};

Vm::Vm() : Vm(Host()) {}
Vm::Vm(Host host) : impl_(std::make_unique<Impl>(std::move(host))) {}
Vm::~Vm() = default;
Vm::Vm(Vm&&) noexcept = default;
Vm& Vm::operator=(Vm&&) noexcept = default;

Host& Vm::host() { return impl_->run.host(); }

namespace {

/// Nothing leaves a run but its outcome.
template <typename Act>
Outcome guarded(Act act) {
    try {
        return act();
    } catch (const Failure& e) {
        return Run::failed(e);
    } catch (const std::bad_alloc&) {
        return Run::failed({ErrorKind::Memory, "Out of memory"});
    }
}

}  // namespace

Outcome Vm::run(const Program& program, const RunOptions& options) {
    impl_->run.reset();
    return guarded([&] { return impl_->run.run(program, nullptr, options); });
}

Outcome Vm::run(const Program& program, const Globals& globals, const RunOptions& options) {
    impl_->run.reset();
    return guarded([&] { return impl_->run.run(program, &globals, options); });
}

Outcome Vm::run(const Program& program, std::string_view globals_json, const RunOptions& options) {
    if (javascript::trim(globals_json).empty()) return run(program, options);
    Run& run = impl_->run;
    run.reset();
    impl_->document.clear();
    impl_->document.set_max_bytes(options.limits.heap_bytes());
    return guarded([&] {
        run.begin(program, options);
        const Working working(&run);  // reading is a part of the run's time
        std::optional<TextGlobals> globals;
        try {
            globals.emplace(globals_json, program.chunks()[0]->reads, impl_->document);
        } catch (const json::ParseError& e) {
            fail(ErrorKind::Input, "globals: not JSON: " + e.message);
        } catch (const Failure& e) {
            fail(e.kind, "globals: " + e.message);
        }
        return run.go(&*globals);
    });
}

Outcome Vm::run(const Program& program, const boost::json::value& globals, const RunOptions& options) {
    return run(program, BoostGlobals(globals), options);
}

Outcome Vm::resume(State& state, Value result, const RunOptions& options, const Globals* globals) {
    return guarded([&] {
        // The answer may be a value of the run that is about to be forgotten.
        const Value kept = copy(result, *state.heap);
        impl_->run.reset();
        return impl_->run.resume(
            state, [&] { return kept; }, globals, options);
    });
}

Outcome Vm::resume(State& state, const RunOptions& options, const Globals* globals) {
    impl_->run.reset();
    return guarded([&] { return impl_->run.resume(state, nullptr, globals, options); });
}

Outcome Vm::resume(State& state, std::string_view result_json, const RunOptions& options, const Globals* globals) {
    impl_->run.reset();
    return guarded([&] {
        const auto answer = [&] {
            try {
                return json::parse(result_json, *state.heap);
            } catch (const json::ParseError& e) {
                fail(ErrorKind::Input, "result: not JSON: " + e.message);
            }
        };
        return impl_->run.resume(state, answer, globals, options);
    });
}

std::string Outcome::json() const {
    try {
        const TextLimit limit(max_json_bytes);
        return json::to_text(result);
    } catch (const Failure& f) {
        if (f.kind != ErrorKind::Memory) throw;
        fail(f.kind, "The result is too large: more than " + std::to_string(max_json_bytes) + " bytes as JSON");
    }
}

}  // namespace hogvm
