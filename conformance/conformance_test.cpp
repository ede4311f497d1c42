// The recorded cases on this VM, without Node: what compare.mjs does, in process.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <hogvm/json.h>

#include "answers.h"
#include "exchange.h"

namespace hogvm::conformance {
namespace {

constexpr double kMostDiffering = 0.05;

/// What the reference answered, but for where we differ on purpose: there it is recorded what we answer, all of it
/// where the two end differently.
Value expected(Value recorded, Heap& heap) {
    const Value reference = member(recorded, "expect");
    const Value answer = member(member(recorded, "differs"), "answer");
    if (answer.is(Type::Null) || !member(answer, "status").is(Type::Null))
        return answer.is(Type::Null) ? reference : answer;
    for (const Entry& e : answer.as_dict()->items()) heap.set_member(reference.as_dict(), e.key, e.value);
    return reference;
}

struct Counts {
    int same = 0;
    int differing = 0;  // on purpose
    int failed = 0;
};

void run_topic(const std::filesystem::path& path, Counts& counts) {
    Exchange exchange;
    for (const auto& [line, request] : cases_of(path)) {
        Heap heap;
        const Value recorded = json::parse(line, heap);
        const std::string answer = exchange.answer(request);
        const auto found = mismatches(expected(recorded, heap), json::parse(answer, heap));
        CHECK_MESSAGE(found.empty(), path.stem().string()
                                         << ": " << text_of(member(recorded, "name")) << describe(found));
        const bool differs = !member(recorded, "differs").is(Type::Null);
        ++(!found.empty() ? counts.failed : differs ? counts.differing : counts.same);
    }
}

TEST_CASE("what is recorded of the reference holds for this VM") {
    Counts counts;
    for (const auto& topic : files_of("recorded")) run_topic(topic, counts);
    const int total = counts.same + counts.differing + counts.failed;
    MESSAGE(counts.same << " same, " << counts.differing << " differing on purpose, " << counts.failed << " failed");
    CHECK(total > 5000);
    CHECK_MESSAGE(counts.differing <= kMostDiffering * total, "more than 5% differ on purpose");
}

}  // namespace
}  // namespace hogvm::conformance
