// The recorded cases on this VM, without Node: what compare.mjs does, in process. The rules by which answers compare
// are those of answers.mjs.
#include "exchange.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/json.h>

namespace hogvm {
namespace {

constexpr double kMostDiffering = 0.05;

/// What is to be answered, and what we answer.
struct Case {
    std::string name;
    Value expected;
    Value ours;
};

Value member(Value object, std::string_view key) {
    if (!object.is(Type::Object)) return Value::null();
    for (const Entry& e : object.as_dict()->items())
        if (e.key.as_text() == key) return e.value;
    return Value::null();
}
std::string_view text_of(Value v) { return v.is_string() ? v.as_text() : std::string_view(); }
std::string_view message(Value answer) { return text_of(member(member(answer, "error"), "message")); }
std::string_view status(Value answer) { return text_of(member(answer, "status")); }
bool is_true(Value v) { return v.is(Type::Bool) && v.as_bool(); }

using Fields = std::vector<std::string_view>;

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

/// Of the message of a timeout only the first sentence lasts.
std::string_view lasting(std::string_view message) {
    constexpr std::string_view kEnd = " seconds.";
    if (!message.starts_with("Execution timed out after ")) return message;
    const std::size_t end = message.find(kEnd);
    return end == std::string_view::npos ? message : message.substr(0, end + kEnd.size());
}

Fields fields_to_compare(Value answer) {
    if (is_true(member(member(answer, "error"), "engine"))) return {"printed", "ops"};
    if (lasting(message(answer)) != message(answer) || message(answer).starts_with("Execution timed out after "))
        return {"error"};
    if (status(answer) == "finished") return {"printed", "result", "json", "ops", "maxMemUsed", "asyncSteps", "trace"};
    if (status(answer) == "suspended") return {"printed", "async", "state", "ops", "maxMemUsed", "asyncSteps", "trace"};
    return {"printed", "error", "ops", "maxMemUsed", "asyncSteps", "trace"};
}

std::string view(Value answer, std::string_view field) {
    const Value v = member(answer, field);
    if (field != "error") return json::to_text(v);
    std::string out = json::to_text(member(v, "type")) + " " + std::string(lasting(message(answer)));
    for (const std::string_view part : {"hogType", "payload"}) out += " " + json::to_text(member(v, part));
    return out;
}

/// The part of a long text around where it parts from another.
std::string around(std::string_view text, std::string_view other) {
    const auto parted = std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first - text.begin();
    const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, parted - 60));
    return (from > 0 ? "…" : "") + std::string(text.substr(from, 160)) + (text.size() - from > 160 ? "…" : "");
}

/// Whether the two are the same.
bool compare(const Case& c) {
    const auto check = [&](std::string_view field) {
        const std::string wanted = view(c.expected, field);
        const std::string got = view(c.ours, field);
        if (wanted == got) return true;
        FAIL_CHECK(c.name << "\n  field    " << field << "\n  expected " << around(wanted, got) << "\n  got      "
                          << around(got, wanted));
        return false;
    };
    if (!check("status")) {
        FAIL_CHECK(c.name << "\n  ours: " << message(c.ours) << text_of(member(c.ours, "result")));
        return false;
    }
    bool same = true;
    for (const std::string_view field : fields_to_compare(c.expected)) same &= check(field);
    return same;
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

struct Counts {
    int same = 0;
    int differing = 0;  // on purpose
    int failed = 0;
};

/// A recorded file has a case a line, the request last in it and as it was written: 1 and 1.0 differ only there.
void run_topic(const std::filesystem::path& path, Counts& counts) {
    constexpr std::string_view kRequest = R"(,"request":)";
    const std::string topic = path.stem().string();
    std::istringstream lines(content_of(path));
    Exchange exchange;
    std::string line;
    std::getline(lines, line);  // the reference's version
    while (std::getline(lines, line) && line != "]}") {
        if (line.ends_with(',')) line.pop_back();
        Heap heap;
        const Value recorded = json::parse(line, heap);
        const std::size_t from = line.rfind(kRequest) + kRequest.size();
        const std::string answer = exchange.answer(std::string_view(line).substr(from, line.size() - from - 1));
        const std::string name = topic + ": " + std::string(text_of(member(recorded, "name")));
        const bool differs = !member(recorded, "differs").is(Type::Null);
        const bool same = compare({name, expected(recorded, heap), json::parse(answer, heap)});
        ++(!same ? counts.failed : differs ? counts.differing : counts.same);
    }
}

TEST_CASE("what is recorded of the reference holds for this VM") {
    std::vector<std::filesystem::path> topics;
    for (const auto& entry : std::filesystem::directory_iterator(HOGVM_SOURCE_DIR "/conformance/recorded"))
        if (entry.path().extension() == ".json") topics.push_back(entry.path());
    std::sort(topics.begin(), topics.end());
    REQUIRE(!topics.empty());
    Counts counts;
    for (const auto& topic : topics) run_topic(topic, counts);
    const int total = counts.same + counts.differing + counts.failed;
    MESSAGE(counts.same << " same, " << counts.differing << " differing on purpose, " << counts.failed << " failed");
    CHECK(total > 5000);
    CHECK_MESSAGE(counts.differing <= kMostDiffering * total, "more than 5% differ on purpose");
}

}  // namespace
}  // namespace hogvm
