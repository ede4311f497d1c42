#include <hogvm/vm.h>

#include <algorithm>

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

Outcome Vm::run(const Program& program, const RunOptions& options) {
    impl_->run.reset();
    return impl_->run.run(program, nullptr, options);
}

Outcome Vm::run(const Program& program, const Globals& globals, const RunOptions& options) {
    impl_->run.reset();
    return impl_->run.run(program, &globals, options);
}

Outcome Vm::run(const Program& program, std::string_view globals_json, const RunOptions& options) {
    if (javascript::trim(globals_json).empty()) return run(program, options);
    Run& run = impl_->run;
    run.reset();
    impl_->document.clear();
    impl_->document.set_max_bytes(options.limits.heap_bytes());
    try {
        run.begin(program, options);
    } catch (const Failure& e) {
        return Run::failed(e);
    }
    try {
        const Working working(&run);  // reading is a part of the run's time
        const TextGlobals globals(globals_json, program.chunks()[0]->reads, impl_->document);
        return run.go(&globals);
    } catch (const json::ParseError& e) {
        return Run::failed({ErrorKind::Input, "globals: not JSON: " + e.message});
    } catch (const Failure& e) {
        return Run::failed({e.kind, "globals: " + e.message});
    }
}

Outcome Vm::run(const Program& program, const boost::json::value& globals, const RunOptions& options) {
    return run(program, BoostGlobals(globals), options);
}

Outcome Vm::resume(State& state, Value result, const RunOptions& options, const Globals* globals) {
    try {
        // The answer may be a value of the run that is about to be forgotten.
        const Value kept = copy(result, *state.heap);
        impl_->run.reset();
        return impl_->run.resume(
            state, [&] { return kept; }, globals, options);
    } catch (const Failure& e) {
        return Run::failed(e);
    }
}

Outcome Vm::resume(State& state, const RunOptions& options, const Globals* globals) {
    impl_->run.reset();
    return impl_->run.resume(state, nullptr, globals, options);
}

Outcome Vm::resume(State& state, std::string_view result_json, const RunOptions& options, const Globals* globals) {
    impl_->run.reset();
    try {
        return impl_->run.resume(
            state, [&] { return json::parse(result_json, *state.heap); }, globals, options);
    } catch (const json::ParseError& e) {
        return Run::failed({ErrorKind::Input, "result: not JSON: " + e.message});
    } catch (const Failure& e) {
        return Run::failed(e);
    }
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
