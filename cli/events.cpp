#include "events.h"

#include <unistd.h>

#include <memory>

#include "execute.h"
#include "exit.h"
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
    Totals totals;
};

// Runs the program over the lines of batches; one for each thread.
class Worker {
  public:
    Worker(const Program& program, const RunOptions& options) : program_(program), options_(options) {}

    void process(Batch& batch) {
        std::uint64_t line = batch.lines.first_line;
        for (std::string_view rest = batch.lines.text; !rest.empty(); ++line) {
            const std::string_view event = cut_line(rest);
            if (event.find_first_not_of(" \t") != std::string_view::npos) run(event, line, batch);
        }
    }

  private:
    void run(std::string_view event, std::uint64_t line, Batch& batch) {
        Outcome outcome = execute(vm_, program_, event, options_);
        batch.totals.add(outcome);
        ++batch.totals.events;
        for (const std::string& printed : outcome.printed) batch.notes += printed + '\n';
        const std::string result = result_json(outcome);
        if (outcome.finished()) {
            batch.results += result;
        } else {
            ++batch.totals.failed;
            batch.notes += "hog: line " + std::to_string(line) + ": " + describe(outcome.error) + '\n';
            batch.results += failure_json(outcome.error);
        }
        batch.results += '\n';
    }

    const Program& program_;
    RunOptions options_;
    Vm vm_;
};

}  // namespace

int run_events(const RunArguments& arguments) {
    const std::shared_ptr<const Program> program = load(arguments.program);
    Input input(arguments.events);
    LineReader reader(input);
    Totals totals;
    Progress progress;

    Pipeline<Batch> pipeline;
    pipeline.read = [&](Batch& batch) { return reader.read(batch.lines); };
    pipeline.make_worker = [&] {
        return
            [worker = std::make_shared<Worker>(*program, arguments.options)](Batch& batch) { worker->process(batch); };
    };
    pipeline.write = [&](Batch& batch) {
        if (!batch.notes.empty()) {
            progress.clear();
            write_error(batch.notes);
        }
        write(batch.results);
        flush();
        totals.add(batch.totals);
    };
    pipeline.tick = [&] { progress.show(totals.events, totals.failed); };
    pipeline.run(arguments.jobs);

    progress.clear();
    totals.seconds = progress.seconds();
    totals.jobs = arguments.jobs;
    if (arguments.stats) {
        write_error(events_statistics(totals));
    } else if (isatty(STDERR_FILENO) != 0) {
        write_error(std::to_string(totals.events) + " events, " + std::to_string(totals.failed) + " failed, " +
                    std::to_string(static_cast<std::uint64_t>(totals.events_per_second())) + " events/s\n");
    }
    return totals.failed > 0 ? kFailed : kDone;
}

}  // namespace hogvm::cli
