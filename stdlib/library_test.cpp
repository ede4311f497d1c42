#include <hogvm/library.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/hogvm.h>
#include <hogvm/json.h>

using namespace hogvm;

namespace {

constexpr int kAnyNumber = Function::kAnyNumber;

struct Arity {
    std::string_view name;
    int least;
    int most;
};

// The reference's names and arities, written out: programs that are stored rely on each.
constexpr Arity kArities[] = {
    {"Error", 0, 2},
    {"HogError", 1, 3},
    {"JSONExtract", 2, kAnyNumber},
    {"JSONExtractArrayRaw", 1, kAnyNumber},
    {"JSONExtractBool", 1, kAnyNumber},
    {"JSONExtractFloat", 1, kAnyNumber},
    {"JSONExtractInt", 1, kAnyNumber},
    {"JSONExtractString", 1, kAnyNumber},
    {"JSONHas", 1, kAnyNumber},
    {"JSONLength", 1, kAnyNumber},
    {"NotImplementedError", 0, 2},
    {"RetryError", 0, 2},
    {"addDays", 2, 2},
    {"and", 1, kAnyNumber},
    {"arrayCount", 2, 2},
    {"arrayExists", 2, 2},
    {"arrayFilter", 2, 2},
    {"arrayMap", 2, 2},
    {"arrayPopBack", 1, 1},
    {"arrayPopFront", 1, 1},
    {"arrayPushBack", 2, 2},
    {"arrayPushFront", 2, 2},
    {"arrayReduce", 3, 3},
    {"arrayReverse", 1, 1},
    {"arrayReverseSort", 1, kAnyNumber},
    {"arraySort", 1, kAnyNumber},
    {"arrayStringConcat", 1, 2},
    {"assumeNotNull", 1, 1},
    {"base64Decode", 1, 1},
    {"base64Encode", 1, 1},
    {"coalesce", 1, kAnyNumber},
    {"concat", 1, kAnyNumber},
    {"dateAdd", 3, 3},
    {"dateDiff", 3, 3},
    {"dateTrunc", 2, 3},
    {"decodeURLComponent", 1, 1},
    {"empty", 1, 1},
    {"encodeURLComponent", 1, 1},
    {"equals", 2, 2},
    {"extract", 2, 2},
    {"extractRegex", 2, 2},
    {"floor", 1, 2},
    {"formatDateTime", 2, 3},
    {"fromUnixTimestamp", 1, 1},
    {"fromUnixTimestampMilli", 1, 1},
    {"generateUUIDv4", 0, 0},
    {"greater", 2, 2},
    {"greaterOrEquals", 2, 2},
    {"has", 2, 2},
    {"if", 3, 3},
    {"ifNull", 2, 2},
    {"ilike", 2, 2},
    {"in", 2, 2},
    {"inCohort", 2, 2},
    {"indexOf", 2, 2},
    {"isIPAddressInRange", 2, 2},
    {"isNotNull", 1, 1},
    {"isNull", 1, 1},
    {"isValidJSON", 1, 1},
    {"jsonParse", 1, 1},
    {"jsonStringify", 1, 2},
    {"keys", 1, 1},
    {"length", 1, 1},
    {"less", 2, 2},
    {"lessOrEquals", 2, 2},
    {"like", 2, 2},
    {"lower", 1, 1},
    {"match", 2, 2},
    {"md5", 1, 2},
    {"md5Hex", 1, 1},
    {"min2", 2, 2},
    {"minus", 2, 2},
    {"multiIf", 3, kAnyNumber},
    {"multiSearchAnyCaseInsensitive", 2, 2},
    {"not", 1, 1},
    {"notEmpty", 1, 1},
    {"notEquals", 2, 2},
    {"notILike", 2, 2},
    {"notInCohort", 2, 2},
    {"notLike", 2, 2},
    {"now", 0, 1},
    {"or", 1, kAnyNumber},
    {"plus", 2, 2},
    {"position", 2, 3},
    {"positionCaseInsensitive", 2, 3},
    {"print", 0, kAnyNumber},
    {"randomFloat", 0, 0},
    {"range", 1, 2},
    {"replaceAll", 3, 3},
    {"replaceOne", 3, 3},
    {"reverse", 1, 1},
    {"round", 1, 2},
    {"sha1", 1, 2},
    {"sha1Hex", 1, 1},
    {"sha1HmacChain", 1, 2},
    {"sha1HmacChainHex", 1, 1},
    {"sha256", 1, 2},
    {"sha256Hex", 1, 1},
    {"sha256HmacChain", 1, 2},
    {"sha256HmacChainHex", 1, 1},
    {"sleep", 1, 1},
    {"sortableSemver", 1, 1},
    {"splitByString", 2, 3},
    {"startsWith", 2, 2},
    {"substring", 2, 3},
    {"toDate", 1, 1},
    {"toDateTime", 1, 2},
    {"toFloat", 1, 1},
    {"toInt", 1, 1},
    {"toIntervalDay", 1, 1},
    {"toIntervalHour", 1, 1},
    {"toIntervalMinute", 1, 1},
    {"toIntervalMonth", 1, 1},
    {"toMonth", 1, 1},
    {"toStartOfDay", 1, 2},
    {"toStartOfHour", 1, 1},
    {"toStartOfMonth", 1, 1},
    {"toStartOfWeek", 1, 2},
    {"toString", 1, 2},
    {"toTimeZone", 2, 2},
    {"toUUID", 1, 1},
    {"toUnixTimestamp", 1, 2},
    {"toUnixTimestampMilli", 1, 2},
    {"toYYYYMM", 1, 1},
    {"toYear", 1, 1},
    {"today", 0, 0},
    {"trim", 1, 2},
    {"trimLeft", 1, 2},
    {"trimRight", 1, 2},
    {"tryBase64Decode", 1, 1},
    {"tryDecodeURLComponent", 1, 1},
    {"tuple", 0, kAnyNumber},
    {"typeof", 1, 1},
    {"upper", 1, 1},
    {"values", 1, 1},
};

/// stdlib/examples.json: the examples of the table, compiled by conformance/examples.mjs.
class Examples {
  public:
    Examples() {
        std::ifstream file(HOGVM_SOURCE_DIR "/stdlib/examples.json");
        REQUIRE(file);
        std::stringstream content;
        content << file.rdbuf();
        text_ = content.str();
        const Value list = json::parse(text_, *heap_);
        rows_.assign(list.as_array()->values().begin(), list.as_array()->values().end());
    }
    std::size_t size() const { return rows_.size(); }
    /// The member of the example of a function; null if it has none.
    Value of(std::string_view function, std::string_view member) const {
        for (const Value row : rows_) {
            if (heap_->find(row.as_dict(), "name")->value.as_text() == function)
                return heap_->find(row.as_dict(), member)->value;
        }
        return Value::null();
    }
    const std::shared_ptr<Heap>& heap() const { return heap_; }

  private:
    std::string text_;
    std::shared_ptr<Heap> heap_ = std::make_shared<Heap>();
    std::vector<Value> rows_;
};

}  // namespace

TEST_CASE("the table has every function of the reference with its arity") {
    for (const Arity& arity : kArities) {
        CAPTURE(arity.name);
        const Library::Member* member = standard_library().find(arity.name);
        REQUIRE(member != nullptr);
        CHECK(member->function->min_args == arity.least);
        CHECK(member->function->max_args == arity.most);
    }
}

TEST_CASE("the table has no function that the reference lacks") {
    for (const Function& f : standard_library().functions()) {
        const auto is_it = [&](const Arity& arity) { return arity.name == f.name; };
        CHECK_MESSAGE(std::any_of(std::begin(kArities), std::end(kArities), is_it), f.name);
    }
    CHECK(standard_library().functions().size() == std::size(kArities));
}

TEST_CASE("every function is called in exactly one way") {
    for (const Function& f : standard_library().functions())
        CHECK_MESSAGE(int{f.native != nullptr} + int{!f.hog.empty()} + int{f.is_async} == 1, f.name);
}

TEST_CASE("every function is documented: a family, a signature that starts with its name, a description") {
    for (const Function& f : standard_library().functions()) {
        CAPTURE(f.name);
        CHECK(!f.family.empty());
        CHECK(f.signature.starts_with(std::string(f.name) + "("));
        CHECK(f.description.ends_with("."));
    }
}

TEST_CASE("the compiled examples are those of the table") {
    const Examples examples;
    std::size_t with_example = 0;
    for (const Function& f : standard_library().functions()) {
        if (f.example.empty()) continue;
        ++with_example;
        CAPTURE(f.name);
        const Value compiled = examples.of(f.name, "example");
        REQUIRE_MESSAGE(compiled.is_string(), "not compiled: HOGC=... node conformance/examples.mjs");
        CHECK(compiled.as_text() == f.example);
    }
    CHECK(examples.size() == with_example);
}

TEST_CASE("every example holds") {
    const Examples examples;
    for (const Function& f : standard_library().functions()) {
        const Value tokens = examples.of(f.name, "program");
        if (!tokens.is(Type::Array)) continue;
        CAPTURE(f.name);
        CAPTURE(f.example);
        Vm vm;
        Outcome outcome = vm.run(*Program::load(tokens, examples.heap(), standard_library()));
        while (outcome.suspended()) outcome = vm.resume(*outcome.state, Value::null());
        REQUIRE_MESSAGE(outcome.finished(), outcome.error.text());
        CHECK(outcome.json() == "true");
    }
}
