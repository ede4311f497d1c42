// Running tokens: programs out of the input's bytes (bytecode.h), in both of their forms.
#include <hogvm/hogvm.h>

#include "bytecode.h"
#include "check.h"
#include "running.h"

using namespace hogvm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Choices choices(fuzz::text_of(data, size));
    const std::string tokens = fuzz::generated_program(choices);
    fuzz::show(tokens);
    const auto program = Program::parse(tokens, standard_library());
    fuzz::run_both(*program, fuzz::generated_globals());
    return 0;
}
