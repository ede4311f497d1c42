#include "run.h"

#include <chrono>

#include <hogvm/json.h>

#include "execute.h"
#include "exit.h"
#include "input.h"
#include "output.h"
#include "report.h"

namespace hogvm::cli {
namespace {

// The line and column of a byte, both counted from 1.
std::string place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return "line " + std::to_string(lines + 1) + ", column " + std::to_string(offset - line_start + 1);
}

std::string read_globals(const std::string& path) {
    if (path.empty()) return {};
    std::string text = read_all(path);
    const std::string name = path == "-" ? "stdin" : path;
    Heap heap;
    try {
        const json::Projection nothing{};  // it is read for the run, within its limits
        if (!json::parse(text, heap, nothing).is(Type::Object)) throw Stop(name + ": globals must be a JSON object");
    } catch (const json::ParseError& error) {
        throw Stop(name + ": no JSON: " + error.message + " (" + place(text, error.offset) + ')');
    } catch (const Failure& failure) {
        throw Stop(name + ": " + failure.message);
    }
    return text;
}

}  // namespace

int run_once(const RunArguments& arguments) {
    const std::shared_ptr<const Program> program = load(arguments.program);
    const std::string globals = read_globals(arguments.globals);

    Host host;
    host.print = [](std::string_view line) { write_line(line); };
    Vm vm(std::move(host));
    const auto start = std::chrono::steady_clock::now();
    Outcome outcome = execute(vm, *program, globals, arguments.options, flush);
    Totals totals;
    totals.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    totals.add(outcome);

    const std::string result = result_json(outcome);
    if (outcome.finished()) write_line(result);
    flush();
    if (arguments.options.trace) write_error(trace_table(outcome.trace));
    if (arguments.stats) write_error(run_statistics(totals));
    if (outcome.finished()) return kDone;
    complain(describe(outcome.error));
    return kFailed;
}

}  // namespace hogvm::cli
