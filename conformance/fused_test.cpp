// Fused instructions beside the plain ones: a traced run takes plain steps only (vm/interpreter.cpp), so every recorded
// program must end alike with and without a trace.
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/hogvm.h>
#include <hogvm/json.h>

#include "answers.h"
#include "exchange.h"

namespace hogvm {
namespace {

/// The answer to a request, with the members that time or tracing changes left out.
std::string answered(Exchange& exchange, std::string_view request, bool traced) {
    Heap heap;
    const Value asked = json::parse(request, heap);
    const Entry* given = heap.find(asked.as_dict(), "options");
    Dict* options = given != nullptr && given->value.is(Type::Object) ? given->value.as_dict() : heap.object();
    heap.set(options, Value::ascii("telemetry"), Value::boolean(traced));
    heap.set(asked.as_dict(), Value::ascii("options"), Value::object(options));
    const std::string text = exchange.answer(json::to_text(asked));
    const Value answer = json::parse(text, heap);
    heap.set(answer.as_dict(), Value::ascii("trace"), Value::null());
    return json::to_text(answer);
}

/// What ends by the clock, or by a limit of the trace, ends elsewhere when it is traced.
bool ends_by_chance(std::string_view answer) {
    return answer.find("Execution timed out") != std::string_view::npos ||
           answer.find("The trace exceeds") != std::string_view::npos ||
           answer.find("randomFloat") != std::string_view::npos;
}

TEST_CASE("fused instructions do what their parts do") {
    Exchange exchange;
    int compared = 0;
    for (const auto& topic : conformance::files_of("recorded")) {
        for (const auto& recorded : conformance::cases_of(topic)) {
            const std::string plain = answered(exchange, recorded.request, true);
            if (ends_by_chance(plain)) continue;
            const std::string fused = answered(exchange, recorded.request, false);
            if (ends_by_chance(fused)) continue;
            CHECK_MESSAGE(plain == fused, recorded.request);
            ++compared;
        }
    }
    CHECK(compared > 5000);
}

}  // namespace
}  // namespace hogvm
