#include "match.h"

#include <memory>
#include <optional>

#include <hogvm/json.h>
#include <hogvm/rule_set.h>

#include "exit.h"
#include "filter.h"
#include "input.h"
#include "output.h"
#include "pipeline.h"
#include "progress.h"
#include "report.h"

namespace hogvm::cli {
namespace {

struct Batch {
    LineReader::Batch lines;
    std::string results;  // for stdout
    std::string notes;    // for stderr
    std::uint64_t events = 0;
    std::uint64_t failed = 0;
};

std::string json_of(const std::vector<std::string>& ids) {
    Heap heap;
    Array* array = heap.array(ids.size());
    for (const std::string& id : ids) heap.append(array, heap.string(id));
    return json::to_text(Value::array(array));
}

std::string_view words_of(Explanation::Outcome outcome) {
    switch (outcome) {
        case Explanation::Outcome::Matched: return "matches";
        case Explanation::Outcome::NotMatched: return "does not match";
        case Explanation::Outcome::Failed: return "fails";
        default: return "does not match";
    }
}

// Looks the lines of batches up; several threads share it.
class Worker {
  public:
    Worker(const RuleSet& rules, const std::string& explained) : rules_(rules), explained_(explained) {}

    void process(Batch& batch) const {
        std::uint64_t line = batch.lines.first_line;
        for (std::string_view rest = batch.lines.text; !rest.empty(); ++line) {
            const std::string_view event = cut_line(rest);
            if (event.find_first_not_of(" \t") == std::string_view::npos) continue;
            ++batch.events;
            try {
                explained_.empty() ? match(event, line, batch) : explain(event, batch);
            } catch (const Failure& failure) {
                Error error;
                error.kind = failure.kind;
                error.message = failure.message;
                note(batch, line, failure.message);
                batch.results += failure_json(error) + '\n';
            }
        }
    }

  private:
    void match(std::string_view event, std::uint64_t line, Batch& batch) const {
        const Matches matches = rules_.match(event);
        for (const Matches::Failure& failure : matches.failures)
            note(batch, line, "rule \"" + failure.id + "\": " + describe(failure.error));
        batch.results += json_of(matches.ids) + '\n';
    }

    void explain(std::string_view event, Batch& batch) const {
        const std::optional<Explanation> explanation = rules_.explain(explained_, event);
        if (explanation->outcome == Explanation::Outcome::Failed) ++batch.failed;
        batch.results.append(words_of(explanation->outcome)).append(": ").append(explanation->text).append("\n");
    }

    static void note(Batch& batch, std::uint64_t line, const std::string& message) {
        ++batch.failed;
        batch.notes += "hog: line " + std::to_string(line) + ": " + message + '\n';
    }

    const RuleSet& rules_;
    const std::string& explained_;
};

std::unique_ptr<RuleSet> load_rules(const MatchArguments& arguments) {
    RuleSetOptions options;
    options.filters = read_filter_options(arguments.options);
    try {
        return std::make_unique<RuleSet>(read_json(arguments.rules), std::move(options));
    } catch (const RuleError& error) {
        throw Stop(name_of(arguments.rules) + ": " + error.what());
    }
}

}  // namespace

int match_events(const MatchArguments& arguments) {
    const std::string& options = arguments.options;
    if ((arguments.rules == "-") + (arguments.events == "-") + (options == "-") > 1)
        throw Stop("only one of the rules, the events and the options can come from stdin: name files for the others");
    const std::unique_ptr<RuleSet> rules = load_rules(arguments);
    for (const RuleError& error : rules->errors()) complain(name_of(arguments.rules) + ": " + error.what());
    if (!arguments.explain.empty() && !rules->explain(arguments.explain, "{}"))
        throw Stop(name_of(arguments.rules) + ": there is no rule \"" + arguments.explain + "\" that could be loaded");

    Input input(arguments.events);
    LineReader reader(input);
    Progress progress;
    std::uint64_t events = 0;
    std::uint64_t failed = 0;
    const Worker worker(*rules, arguments.explain);
    Pipeline<Batch> pipeline;
    pipeline.read = [&](Batch& batch) { return reader.read(batch.lines); };
    pipeline.make_worker = [&] { return [&](Batch& batch) { worker.process(batch); }; };
    pipeline.write = [&](Batch& batch) {
        if (!batch.notes.empty()) {
            progress.clear();
            write_error(batch.notes);
        }
        write(batch.results);
        flush();
        events += batch.events;
        failed += batch.failed;
    };
    pipeline.tick = [&] { progress.show(events, failed); };
    pipeline.run(arguments.jobs);

    progress.clear();
    return failed > 0 || !rules->errors().empty() ? kFailed : kDone;
}

}  // namespace hogvm::cli
