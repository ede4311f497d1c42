#include "report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <hogvm/json.h>
#include <hogvm/pattern.h>

namespace hogvm::cli {
namespace {

template <typename... Args>
std::string format(const char* pattern, Args... args) {
    char text[256];
    std::snprintf(text, sizeof text, pattern, args...);
    return text;
}

std::string quoted(std::string_view text) { return json::to_text(Value::text(text)); }

// A line of --stats.
std::string row(const char* name, const std::string& value) { return format("%-14s", name) + value + '\n'; }

std::string shared_rows(const Totals& totals) {
    const pattern::CacheStatistics cache = pattern::cache_statistics();
    const std::uint64_t lookups = cache.hits + cache.misses;
    std::string patterns = "none used";
    if (lookups > 0) {
        const double rate = 100 * static_cast<double>(cache.hits) / static_cast<double>(lookups);
        patterns = format("%.1f %% of %llu look-ups found compiled; %zu kept", rate,
                          static_cast<unsigned long long>(lookups), cache.size);
    }
    const std::string memory = std::isfinite(totals.max_memory) ? format("%.0f bytes", totals.max_memory) : "unknown";
    return row("ops", std::to_string(totals.ops)) + row("peak memory", memory + (totals.events ? " in one run" : "")) +
           row("patterns", patterns);
}

}  // namespace

std::string describe(const Error& error) {
    std::string text = error.text();
    if (!error.chunk.empty()) text += " (chunk " + error.chunk + ", ip " + std::to_string(error.ip) + ')';
    if (error.kind == ErrorKind::Uncaught && error.payload_json != "null") text += "\n  payload: " + error.payload_json;
    return text;
}

std::string failure_json(const Error& error) {
    const bool is_uncaught = error.kind == ErrorKind::Uncaught;
    std::string text = R"({"error":{"type":)" + quoted(is_uncaught ? error.type : name_of(error.kind));
    text += R"(,"message":)" + quoted(error.message) + R"(,"chunk":)" + quoted(error.chunk);
    text += R"(,"ip":)" + std::to_string(error.ip);
    if (is_uncaught) text += R"(,"payload":)" + (error.payload_json.empty() ? "null" : error.payload_json);
    return text + "}}";
}

std::string trace_table(std::span<const TraceRow> rows) {
    std::size_t chunk_width = 5;
    for (const TraceRow& row : rows) chunk_width = std::max(chunk_width, row.chunk.size());
    const int width = static_cast<int>(std::min<std::size_t>(chunk_width, 80));

    std::string table = format("%10s  %-*s  %6s  %-24s  %s\n", "ms", width, "chunk", "ip", "op", "debug");
    for (const TraceRow& row : rows) {
        // The first row's time is the date; the table is about what each operation took.
        const double ms = row.op == "START" ? 0 : row.ms;
        table += format("%10.3f  %-*s  %6lld  %-24s", ms, width, row.chunk.c_str(), static_cast<long long>(row.ip),
                        row.op.c_str());
        if (!row.debug.empty()) table += "  " + row.debug;
        table += '\n';
    }
    return table;
}

void Totals::add(const Outcome& outcome) {
    ops += outcome.ops;
    max_memory = std::isnan(outcome.max_memory) ? outcome.max_memory : std::max(max_memory, outcome.max_memory);
}

void Totals::add(const Totals& other) {
    ops += other.ops;
    max_memory = std::isnan(other.max_memory) ? other.max_memory : std::max(max_memory, other.max_memory);
    events += other.events;
    failed += other.failed;
}

std::string run_statistics(const Totals& totals) {
    return row("time", format("%.3f ms", totals.seconds * 1000)) + shared_rows(totals);
}

std::string events_statistics(const Totals& totals) {
    const std::string threads = totals.jobs == 1 ? "1 thread" : std::to_string(totals.jobs) + " threads";
    return row("events", format("%llu, %llu failed", static_cast<unsigned long long>(totals.events),
                                static_cast<unsigned long long>(totals.failed))) +
           row("time", format("%.3f s on ", totals.seconds) + threads) +
           row("rate", format("%.0f events/s", totals.events_per_second())) + shared_rows(totals);
}

}  // namespace hogvm::cli
