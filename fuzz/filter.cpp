// Property filters: whatever the JSON, {"filter", "options", "event"}, the filter compiles to a program in which
// nothing is amiss, or is refused with what is wrong and where.
#include <boost/json.hpp>

#include <hogvm/filter.h>
#include <hogvm/json.h>

#include "check.h"
#include "running.h"

using namespace hogvm;
namespace js = boost::json;

namespace {

js::value member(const js::value& of, const char* key) {
    const js::value* found = of.is_object() ? of.get_object().if_contains(key) : nullptr;
    return found != nullptr ? *found : js::value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    js::error_code failed;
    js::parse_options parse_options;
    parse_options.max_depth = 500;
    const js::value input =
        js::parse({reinterpret_cast<const char*>(data), size}, failed, js::storage_ptr(), parse_options);
    if (failed) return 0;
    FilterOptions options;
    std::shared_ptr<const Program> program;
    try {
        if (const js::value given = member(input, "options"); !given.is_null())
            options = FilterOptions::from_json(given);
        options.max_size = 256 * 1024;
        program = compile_filter(member(input, "filter"), options);
    } catch (const FilterError& e) {
        fuzz::require(!e.message.empty() && (e.pointer.empty() || e.pointer[0] == '/'), "a refusal says what and where",
                      e.what());
        return 0;
    }
    // An expression that came as bytecode is its owner's.
    const std::string text = js::serialize(member(input, "filter"));
    if (text.find("\"bytecode\"") == std::string::npos &&
        js::serialize(member(input, "options")).find("\"bytecode\"") == std::string::npos) {
        const auto findings = program->check();
        fuzz::require(findings.empty(), "nothing is amiss in the program", text,
                      findings.empty() ? "" : findings[0].message);
    }
    const js::value event = member(input, "event");
    const std::string globals = js::serialize(event.is_object() ? event : js::object());
    if (json::is_valid(globals)) fuzz::run_both(*program, globals);  // of 2E308 Boost.JSON makes no JSON
    return 0;
}
