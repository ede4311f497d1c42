// The recorded cases on this VM, without Node: what compare.mjs does, in process. The rules by which answers compare are
// those of answers.mjs, the intended differences those of differences.mjs.
#include "exchange.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/json.h>

namespace hogvm {
namespace {

constexpr double kMostExcused = 0.05;

/// A request, what the reference answered, and what we answer.
struct Case {
    std::string name;
    std::string_view request;  // its text
    Value reference;
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
/// Whether the member is there, and null.
bool has_null(Value answer, std::string_view key) {
    const auto members = answer.as_dict()->items();
    return std::any_of(members.begin(), members.end(), [&](const Entry& e) { return e.key.as_text() == key && e.value.is(Type::Null); });
}
bool is_true(Value v) { return v.is(Type::Bool) && v.as_bool(); }

bool matches(std::string_view text, const char* pattern) {
    return std::regex_search(text.begin(), text.end(), std::regex(pattern));
}
bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

using Fields = std::vector<std::string_view>;

struct Difference {
    const char* reason;
    bool (*applies)(const Case&);
    Fields fields;  // those that it excuses; all of them where it names none
};

const Difference kDifferences[] = {
    {"integers between 2^53 and 2^63 keep their exact value",
     [](const Case& c) { return matches(c.request, R"([,:\[]-?\d{16,19}[,\]}])"); },
     {"printed", "result", "json", "async", "state"}},
    {"the reference's own stack overflows on a deep value or document",
     [](const Case& c) { return is_true(member(member(c.reference, "error"), "stackOverflow")); },
     {}},
    {"recursion through import or declared functions is bounded",
     [](const Case& c) {
         return matches(c.request, R"("import"|\b41\b)") && message(c.ours).starts_with("Call stack exceeded") &&
                message(c.reference) != message(c.ours);
     },
     {}},
    {"a use of NaN ends the accounting in the reference",
     [](const Case& c) { return has_null(c.reference, "maxMemUsed"); },
     {}},
    {"an operand of a wrong type is an error that says so, where the reference computes with it",
     [](const Case& c) { return message(c.ours).starts_with("Invalid bytecode: "); },
     {}},
    {"an open upvalue whose slot is not on the stack is an error",
     [](const Case& c) { return message(c.ours).starts_with("Invalid upvalue: its slot "); },
     {}},
    {"a write to a fraction of an array makes no property of that name",
     [](const Case& c) { return matches(c.request, R"(\b3[34],\d+\.\d+,.*\b46\b)"); },
     {"result", "json", "printed"}},
    {"a digest in an encoding that Node does not know is an error, where the reference has a Buffer",
     [](const Case& c) { return matches(message(c.ours), R"(^Function \w+ knows no encoding )"); },
     {}},
    {"a state or an argument with a cycle has null there, where JSON.stringify throws",
     [](const Case& c) {
         const bool suspended = status(c.reference) == "suspended";
         const bool threw = text_of(member(member(c.reference, "error"), "type")) == "TypeError";
         return (threw && has(c.request, R"("resume":true)")) ||
                (suspended && (member(c.reference, "state").is(Type::Null) ||
                               member(member(c.reference, "async"), "args").is(Type::Null)));
     },
     {}},
    {"a function declared by the name __proto__ is one like any other",
     [](const Case& c) { return has(c.request, R"("__proto__")") && matches(c.request, R"(\b41\b)"); },
     {}},
    {"falling off a chunk into its caller's end",
     [](const Case& c) { return matches(message(c.reference), R"(^Unexpected node while running bytecode in chunk "[^"]*": undefined$)"); },
     {}},
};

const Difference* excuse(const Case& c, std::string_view field) {
    for (const Difference& d : kDifferences) {
        const bool speaks = d.fields.empty() || std::find(d.fields.begin(), d.fields.end(), field) != d.fields.end();
        if (speaks && d.applies(c)) return &d;
    }
    return nullptr;
}

/// Of the message of a timeout only the first sentence lasts.
std::string_view lasting(std::string_view message) {
    constexpr std::string_view kEnd = " seconds.";
    if (!message.starts_with("Execution timed out after ")) return message;
    const std::size_t end = message.find(kEnd);
    return end == std::string_view::npos ? message : message.substr(0, end + kEnd.size());
}

Fields fields_to_compare(Value reference) {
    if (is_true(member(member(reference, "error"), "engine"))) return {"printed", "ops"};
    if (lasting(message(reference)) != message(reference) || message(reference).starts_with("Execution timed out after "))
        return {"error"};
    if (status(reference) == "finished") return {"printed", "result", "json", "ops", "maxMemUsed", "asyncSteps", "trace"};
    if (status(reference) == "suspended") return {"printed", "async", "state", "ops", "maxMemUsed", "asyncSteps", "trace"};
    return {"printed", "error", "ops", "maxMemUsed", "asyncSteps", "trace"};
}

std::string view(Value answer, std::string_view field) {
    const Value v = member(answer, field);
    if (field != "error") return json::to_text(v);
    std::string out = json::to_text(member(v, "type")) + " " + std::string(lasting(message(answer)));
    for (const std::string_view part : {"hogType", "payload"}) out += " " + json::to_text(member(v, part));
    return out;
}

struct Counts {
    int compared = 0;
    int excused = 0;
    int failed = 0;
};

/// The part of a long text around where it parts from another.
std::string around(std::string_view text, std::string_view other) {
    const auto parted = std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first - text.begin();
    const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, parted - 60));
    return (from > 0 ? "…" : "") + std::string(text.substr(from, 160)) + (text.size() - from > 160 ? "…" : "");
}

void compare(const Case& c, Counts& counts) {
    bool excused = false;
    bool failed = false;
    const auto check = [&](std::string_view field) {
        const std::string expected = view(c.reference, field);
        const std::string got = view(c.ours, field);
        if (expected == got) return true;
        if (excuse(c, field) != nullptr) {
            excused = true;
            return true;
        }
        failed = true;
        FAIL_CHECK(c.name << "\n  field    " << field << "\n  expected " << around(expected, got) << "\n  got      " << around(got, expected));
        return false;
    };
    if (!check("status")) {
        FAIL_CHECK(c.name << "\n  ours: " << message(c.ours) << text_of(member(c.ours, "result")));
    } else if (status(c.reference) == status(c.ours)) {
        for (const std::string_view field : fields_to_compare(c.reference)) check(field);
    }
    ++(failed ? counts.failed : excused ? counts.excused : counts.compared);
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

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
        const std::string_view request = std::string_view(line).substr(from, line.size() - from - 1);
        const std::string answer = exchange.answer(request);
        compare({topic + ": " + std::string(text_of(member(recorded, "name"))), request, member(recorded, "expect"), json::parse(answer, heap)}, counts);
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
    const int total = counts.compared + counts.excused + counts.failed;
    MESSAGE(counts.compared << " compared, " << counts.excused << " excused, " << counts.failed << " failed");
    CHECK(total > 5000);
    CHECK_MESSAGE(counts.excused <= kMostExcused * total, "more than 5% are excused");
}

}  // namespace
}  // namespace hogvm
