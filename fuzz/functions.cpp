// Every function of the standard library by a generated call: a few in a row, with arguments of the kinds that they
// take and of others, made of the input's bytes (bytecode.h).
#include <hogvm/hogvm.h>

#include "bytecode.h"
#include "check.h"
#include "running.h"

using namespace hogvm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Choices choices(fuzz::text_of(data, size));
    const std::string tokens = fuzz::generated_calls(choices);
    fuzz::show(tokens);
    const auto program = Program::parse(tokens, standard_library());
    fuzz::run_both(*program, fuzz::generated_globals());
    return 0;
}
