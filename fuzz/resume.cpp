// Resuming states that came from anywhere: {"state", "result", "globals"}, or {"program", "globals"} for the states of
// a program as it runs. A state is refused, or both forms of the program go on from it alike; a state that is read and
// written again is the same.
#include <string>

#include <hogvm/globals.h>
#include <hogvm/hogvm.h>
#include <hogvm/json.h>

#include "check.h"
#include "document.h"
#include "running.h"

using namespace hogvm;

namespace {

void run(Value program, Value globals) {
    try {
        const auto loaded = Program::parse(json::to_text(program), standard_library());
        fuzz::run_both(*loaded, json::to_text(globals));
    } catch (const LoadError&) {  // what load.cpp is for
    }
}

void resume(const std::string& state, const std::string& result, Value globals) {
    try {
        const std::string written = State::parse(state, standard_library())->json();
        const std::string again = State::parse(written, standard_library())->json();
        fuzz::require(again == written, "a state that is written reads back", written, again);
    } catch (const LoadError& e) {
        fuzz::require(*e.what() != 0, "a refusal says why");
        return;
    }
    fuzz::resume_both(state, result, ValueGlobals(globals));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Document input(data, size);
    const Value globals = input["globals"];
    if (const Value program = input["program"]; program.is_node()) run(program, globals);
    if (const Value state = input["state"]; state.is_node())
        resume(json::to_text(state), json::to_text(input["result"]), globals);
    return 0;
}
