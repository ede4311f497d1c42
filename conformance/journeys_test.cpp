// States that travel, without Node: what travel.mjs does, with the states that were kept (keep_states.mjs): those of
// the reference, those that this tree writes, and, in hogvm-VERSION.json, those that a release wrote otherwise.
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <hogvm/json.h>

#include "answers.h"
#include "exchange.h"

namespace hogvm::conformance {
namespace {

/// A state as it was written, less what no two runs share.
std::string comparable(Value state_text, Heap& heap) {
    const Value state = json::parse(state_text.as_text(), heap);
    Dict* told = heap.object();
    for (const Entry& e : state.as_dict()->items())
        if (e.key.as_text() != "syncDuration") heap.set(told, e.key, e.value);
    return json::to_text(Value::object(told));
}

/// One program on its way.
class Journey {
  public:
    Journey(Exchange& exchange, const RecordedCase& recorded)
        : exchange_(exchange), kept_(json::parse(recorded.line, heap_)), start_(recorded.request) {}

    std::string name() const { return std::string(text_of(member(kept_, "name"))); }
    std::size_t stops() const { return stop_list().size(); }

    /// Goes from a kept stop, or with -1 from the program's start, to the end, and compares what comes then. With
    /// `compares_states` the states on the way are to be those that are kept.
    std::vector<Mismatch> go_from(int stop, bool compares_states) {
        Array* printed = heap_.array(0);
        auto next = static_cast<std::size_t>(stop) + 1;  // of -1, too
        std::string request = start_;
        if (stop >= 0) {
            const Value kept = stop_list()[static_cast<std::size_t>(stop)];
            for (const Value line : member(kept, "printed").as_array()->values()) heap_.append(printed, line);
            request = from(member(kept, "state"), kept);
        }
        for (;; ++next) {
            const Value answer = json::parse(text(exchange_.answer(request)), heap_);
            for (const Value line : member(answer, "printed").as_array()->values()) heap_.append(printed, line);
            heap_.set(answer.as_dict(), Value::ascii("printed"), Value::array(printed));
            if (text_of(member(answer, "status")) != "suspended") return mismatches(end(), without_trace(answer));
            if (next >= stops()) return {{"stops", std::to_string(stops()), "more"}};
            const Value state = member(answer, "state");
            const Value kept = stop_list()[next];
            if (compares_states) {
                Mismatch seen{"state", comparable(member(kept, "state"), heap_), comparable(state, heap_)};
                if (seen.expected != seen.ours) return {std::move(seen)};
            }
            request = from(state, kept);
        }
    }

  private:
    std::span<const Value> stop_list() const { return member(kept_, "stops").as_array()->values(); }
    std::string_view text(const std::string& text) { return heap_.string(text).as_text(); }

    /// A trace starts anew at each stretch, and is kept of the whole way.
    Value without_trace(Value answer) {
        heap_.set(answer.as_dict(), Value::ascii("trace"), Value::null());
        return answer;
    }
    Value end() { return without_trace(member(kept_, "end")); }

    std::string from(Value state, Value kept) {
        const Value request = member(kept_, "request");
        Dict* next = heap_.object();
        heap_.set(next, Value::ascii("id"), Value::integer(0));
        heap_.set(next, Value::ascii("state"), state);
        if (const Entry* e = heap_.find(kept.as_dict(), "answer")) heap_.set(next, e->key, e->value);
        heap_.set(next, Value::ascii("globals"), member(request, "globals"));
        heap_.set(next, Value::ascii("options"), member(request, "options"));
        return json::to_text(Value::object(next));
    }

    Heap heap_;
    Exchange& exchange_;
    Value kept_;
    std::string start_;
};

TEST_CASE("a state that the reference or a release wrote goes on here to the same end") {
    Exchange exchange;
    int resumed = 0;
    for (const auto& file : files_of("states")) {
        const bool is_reference = file.stem().string().starts_with("reference");
        for (const RecordedCase& recorded : cases_of(file)) {
            Journey journey(exchange, recorded);
            for (int stop = 0; stop < static_cast<int>(journey.stops()); ++stop, ++resumed) {
                const auto found = journey.go_from(stop, is_reference);
                CHECK_MESSAGE(found.empty(), file.stem().string() << ": " << journey.name() << ", from state "
                                                                  << stop + 1 << describe(found));
            }
        }
    }
    CHECK(resumed > 900);
}

// Where this fails for hogvm.json alone, what is written has changed, which states that are kept by somebody have not.
TEST_CASE("from start to end our states are those of the reference alone, or those that were kept, and so is the end") {
    Exchange exchange;
    int compared = 0;
    for (const auto& file : files_of("states")) {
        const bool compares_states = !file.stem().string().starts_with("hogvm-");
        for (const RecordedCase& recorded : cases_of(file)) {
            Journey journey(exchange, recorded);
            const auto found = journey.go_from(-1, compares_states);
            CHECK_MESSAGE(found.empty(), file.stem().string() << ": " << journey.name() << describe(found));
            ++compared;
        }
    }
    CHECK(compared > 300);
}

}  // namespace
}  // namespace hogvm::conformance
