// What the tool tells about runs: failures, traces, statistics.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <hogvm/vm.h>

namespace hogvm::cli {

/// For people: the error's text with the chunk and the ip if it came up in one, and an uncaught error's payload.
std::string describe(const Error& error);

/// For programs: {"error": {"type", "message", "chunk", "ip"}}. The type is an uncaught error's own, and then its
/// payload is there, too; else it is the kind of failure, such as "timeout".
std::string failure_json(const Error& error);

/// The rows as a table, a line each under a line of titles.
std::string trace_table(std::span<const TraceRow> rows);

/// What one run, or many of them, took.
struct Totals {
    std::uint64_t ops = 0;
    double max_memory = 0;  // of one run, in the reference's accounting
    double seconds = 0;
    // Of many:
    std::uint64_t events = 0;
    std::uint64_t failed = 0;
    unsigned jobs = 1;

    void add(const Outcome& outcome);
    void add(const Totals& other);
    double events_per_second() const { return seconds > 0 ? static_cast<double>(events) / seconds : 0; }
};

/// What --stats prints.
std::string run_statistics(const Totals& totals);
std::string events_statistics(const Totals& totals);

}  // namespace hogvm::cli
