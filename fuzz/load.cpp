// Loading a program: whatever the text, it is a program or refused, and what the program says of itself can be asked.
#include <boost/json.hpp>

#include <hogvm/hogvm.h>
#include <hogvm/json.h>

#include "check.h"
#include "running.h"

using namespace hogvm;

namespace {

std::shared_ptr<const Program> loaded(std::string_view text) {
    try {
        return Program::parse(text, standard_library());
    } catch (const LoadError& e) {
        fuzz::require(*e.what() != 0, "a refusal says why");
        return nullptr;
    }
}

/// A document of Boost.JSON's gives the same program, unless its reader, which differs in numbers and surrogates, or
/// an array index as a key, makes another document of the text.
void load_document(std::string_view text, const Program& program) {
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = 500;
    const boost::json::value document = boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (error) return;
    const std::string written = boost::json::serialize(document);
    if (!json::is_valid(written)) return;  // of 2E308 Boost.JSON makes no JSON
    Heap heap;
    if (json::to_text(json::parse(text, heap)) != json::to_text(json::parse_copy(written, heap))) return;
    const auto other = Program::load(document, standard_library());
    fuzz::require(other->disassemble() == program.disassemble(), "text and document give one program",
                  program.disassemble(), other->disassemble());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    const auto program = loaded(text);
    if (program == nullptr) return 0;
    program->check();
    program->reads();
    load_document(text, *program);
    fuzz::run_both(*program, R"({"event":"$pageview","n":5,"p":{"a":{"b":[1,"x"]},"s":"text"}})");
    return 0;
}
