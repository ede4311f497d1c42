#include "command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <thread>

#include "bytes.h"
#include "events.h"
#include "exit.h"
#include "filter.h"
#include "flags.h"
#include "functions.h"
#include "inspect.h"
#include "match.h"
#include "run.h"
#include "run_options.h"

namespace hogvm::cli {
namespace {

constexpr const char* kProgramHelp = "Compiled program, a .hoge file; stdin if it is - or absent";

constexpr const char* kHelp =
    "Exit codes:\n"
    "  0  done\n"
    "  1  the program or a rule failed, or check found something\n"
    "  2  bad usage, or no program or filter, or input that is no JSON\n"
    "\n"
    "Examples:\n"
    "  hog run filter.hoge --globals event.json\n"
    "  hog run enrich.hoge --events events.ndjson --jobs 4 > enriched.ndjson\n"
    "  hog disassemble filter.hoge\n"
    "  hog filter pageviews.json > pageviews.hoge\n"
    "  hog match rules.json events.ndjson\n"
    "  hog flags definitions.json --distinct-id ann --person '{\"plan\": \"pro\"}'\n"
    "  hog functions dateDiff\n"
    "\n"
    "`hog COMMAND --help` tells more about a command; so does the manual page, hog(1).";

constexpr const char* kRunHelp =
    "Without --events the program runs once: what it prints goes to stdout, and then its result as JSON.\n"
    "With --events stdout has one line for each event, in order: the result, or {\"error\": ...} if the\n"
    "program failed on it.\n"
    "\n"
    "Examples:\n"
    "  hog run hello.hoge\n"
    "  echo '{\"event\": \"$pageview\"}' | hog run filter.hoge --globals -\n"
    "  tail -f events.ndjson | hog run filter.hoge --events -\n"
    "  hog run slow.hoge --timeout 100 --memory 8M --stats";

void add_run(::CLI::App& app, RunArguments& run) {
    run.jobs = std::max(1u, std::thread::hardware_concurrency());
    ::CLI::App* command = app.add_subcommand("run", "Run a program, once or for each of many events");
    command->add_option("PROGRAM", run.program, kProgramHelp)->type_name("");
    ::CLI::Option* globals =
        command->add_option("--globals", run.globals, "The program's globals, a JSON object; - for stdin");
    ::CLI::Option* events =
        command->add_option("--events", run.events, "Events, a JSON object on each line; - for stdin");
    command->add_option("--jobs", run.jobs, "Threads that run events; one for each processor by default")
        ->type_name("N")
        ->needs(events)
        ->check(::CLI::Range(1u, 1024u));
    ::CLI::Option* trace = command->add_flag("--trace", run.options.trace, "Show every operation on stderr");
    command->add_flag("--stats", run.stats, "Show operations, memory, time and use of patterns on stderr");
    command->add_option("--timeout", run.options.limits.timeout_ms, "Milliseconds that a run may take [5000]")
        ->type_name("MS")
        ->check([](const std::string& text) {
            double ms = 0;  // what is no number at all is refused by its type
            const bool is_refused = ::CLI::detail::lexical_cast(text, ms) && !(ms > 0);
            return is_refused ? text + " is no time: expected milliseconds above 0" : std::string();
        });
    command
        ->add_option_function<std::string>(
            "--memory",
            [&run](const std::string& text) {
                const auto bytes = parse_bytes(text);
                if (!bytes)
                    throw ::CLI::ValidationError("--memory", text + " is no number of bytes, such as 8388608 or 64M");
                run.options.limits.memory = *bytes;
            },
            "Bytes that a run's values may take, such as 512K or 64M; 0: no limit [64M]")
        ->type_name("BYTES");
    globals->type_name("FILE")->excludes(events);
    events->type_name("FILE")->excludes(trace);
    command->footer(kRunHelp);
}

constexpr const char* kMatchHelp =
    "RULES is a JSON array of {\"id\": ..., \"filter\": {...}} or {\"id\": ..., \"bytecode\": [...]}. Stdout has one "
    "line for\n"
    "each event, in order: the ids of the rules that match it, as a JSON array, or {\"error\": ...} if it is no "
    "event.\n"
    "Rules that fail on an event, or can't be loaded, are told on stderr.\n"
    "\n"
    "Examples:\n"
    "  hog match rules.json events.ndjson\n"
    "  tail -f events.ndjson | hog match rules.json -\n"
    "  hog match rules.json events.ndjson --explain paying-customers";

void add_match(::CLI::App& app, MatchArguments& match) {
    match.jobs = std::max(1u, std::thread::hardware_concurrency());
    ::CLI::App* command = app.add_subcommand("match", "Say which of many rules match each of many events");
    command->add_option("RULES", match.rules, "The rules, a JSON array; - for stdin")->type_name("")->required();
    command->add_option("EVENTS", match.events, "Events, a JSON object on each line; stdin if it is - or absent")
        ->type_name("");
    command->add_option("--explain", match.explain, "Say for each event why this rule matches it or does not")
        ->type_name("ID");
    command
        ->add_option("--options", match.options,
                     "What the rules' filters depend on, a JSON object; see `hog filter --help`")
        ->type_name("FILE");
    command->add_option("--jobs", match.jobs, "Threads; one for each processor by default")
        ->type_name("N")
        ->check(::CLI::Range(1u, 1024u));
    command->footer(kMatchHelp);
}

void add_flags(::CLI::App& app, FlagsArguments& flags) {
    ::CLI::App* command = app.add_subcommand("flags", "Say what feature flags are for a person");
    command
        ->add_option("DEFINITIONS", flags.definitions,
                     "The flags' definitions, as PostHog's servers hand them out; - for stdin")
        ->type_name("")
        ->required();
    command->add_option("--distinct-id", flags.distinct_id, "Who the person is")->type_name("ID")->required();
    command->add_option("--person", flags.person, "The person's properties, a JSON object")->type_name("JSON");
    command->add_option("--groups", flags.groups, "The person's groups: a JSON object of types and keys")
        ->type_name("JSON");
    command
        ->add_option("--group-properties", flags.group_properties,
                     "Their properties: a JSON object of types and properties")
        ->type_name("JSON");
    command->add_flag("--json", flags.as_json, "A JSON object for each flag, a line each");
    command->footer(
        "A flag that can't be decided here is inconclusive, or needs the server, with the reason.\n"
        "What is wrong with the definitions is told on stderr.\n"
        "\n"
        "Example:\n"
        "  hog flags definitions.json --distinct-id ann --person '{\"plan\": \"pro\"}' --groups '{\"company\": "
        "\"acme\"}'");
}

int run_program(const RunArguments& run) {
    if (run.program == "-" && (run.globals == "-" || run.events == "-")) {
        throw Stop("the program and its data can't both come from stdin: name a file for one of them");
    }
    return run.events.empty() ? run_once(run) : run_events(run);
}

}  // namespace

int run_command_line(int argc, char** argv) {
    ::CLI::App app("Runs compiled Hog programs (HogVM bytecode) and shows what is in them.", "hog");
    app.set_version_flag("--version", "hog " HOGVM_VERSION);
    app.require_subcommand(0, 1);
    app.footer(kHelp);

    RunArguments run;
    add_run(app, run);
    MatchArguments match;
    add_match(app, match);
    FlagsArguments flags;
    add_flags(app, flags);
    std::string path = "-";
    const auto add_reader = [&](const char* name, const char* text) {
        app.add_subcommand(name, text)->add_option("PROGRAM", path, kProgramHelp)->type_name("");
    };
    add_reader("disassemble", "Show a program's instructions");
    add_reader("check", "Say what would fail in a program if it were reached");
    std::string filter = "-", filter_options;
    ::CLI::App* filters = app.add_subcommand("filter", "Compile a property filter, as JSON, to a program");
    filters->add_option("FILTER", filter, "The filter, a JSON object; stdin if it is - or absent")->type_name("");
    filters
        ->add_option("--options", filter_options,
                     "What the filter depends on, a JSON object: testAccountProperties, cohorts, booleanProperties, "
                     "nestedPropertyEvents, pathCleaning")
        ->type_name("FILE");
    std::string function;
    bool as_markdown = false;
    ::CLI::App* functions = app.add_subcommand("functions", "List the functions that programs call, or explain one");
    ::CLI::Option* name = functions->add_option("NAME", function, "The function to explain")->type_name("");
    functions->add_flag("--markdown", as_markdown, "Write the list as a page of documentation")->excludes(name);

    try {
        app.parse(argc, argv);
    } catch (const ::CLI::ParseError& error) {
        return app.exit(error) == 0 ? kDone : kUnusable;
    }
    if (app.get_subcommands().empty()) throw Stop("say what to do, such as hog run PROGRAM; hog --help tells more");
    if (app.got_subcommand("run")) return run_program(run);
    if (app.got_subcommand("flags")) return show_flags(flags);
    if (app.got_subcommand("disassemble")) return disassemble(path);
    if (app.got_subcommand("check")) return check(path);
    if (app.got_subcommand("match")) return match_events(match);
    if (app.got_subcommand("filter")) return show_filter(filter, filter_options);
    return show_functions(function, as_markdown);
}

}  // namespace hogvm::cli
