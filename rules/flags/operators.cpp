#include "operators.h"

#include <array>
#include <vector>

#include <hogvm/host.h>
#include <hogvm/library.h>

namespace hogvm::flags {
namespace {

ClauseRun& run_of(const Call& call) { return *static_cast<ClauseRun*>(call.host.context); }

std::uint32_t part_number(const Call& call) { return static_cast<std::uint32_t>(call.args[call.size() - 1].as_int()); }

/// The first argument with a part's verdict.
Value joined(const Call& call, const Part& part, Verdict verdict) {
    if (part.negated) verdict = opposite(verdict);
    const Verdict so_far = call.args[0].as_int();
    return Value::integer(part.in_condition ? joined_in_condition(so_far, verdict) : joined_in_cohort(so_far, verdict));
}

bool has_ended(const Call& call) { return (call.args[0].as_int() & kEnded) != 0; }

Value test(Call& call) {
    if (has_ended(call)) return call.args[0];
    ClauseRun& run = run_of(call);
    const Part& part = run.definitions().parts[part_number(call)];
    const PropertyTest& prepared = run.definitions().tests[part.index];
    return joined(call, part, prepared.verdict(run.property(prepared.key(), call.heap), run.context()));
}

Value group(Call& call) {
    return joined(call, run_of(call).definitions().parts[part_number(call)], call.args[1].as_int());
}

Value answer(Call& call) {
    if (has_ended(call)) return call.args[0];
    ClauseRun& run = run_of(call);
    const std::uint32_t number = part_number(call);
    const Part& part = run.definitions().parts[number];
    if (part.kind == Part::Kind::Known) return joined(call, part, part.known);
    const Verdict found = run.answer(number);
    return joined(call, part, found);
}

constexpr Function row(std::string_view name, int args, NativeFunction native, std::string_view signature,
                       std::string_view description) {
    return {name, args, args, native, {}, false, "flags", signature, description, {}};
}

std::vector<Function> rows() {
    std::vector<Function> table;
    for (std::size_t i = 0; i < kOperators; ++i) {
        table.push_back(row(name_of(static_cast<Operator>(i)), 2, test, "operator(verdict, part)",
                            "The verdict with that of a property's test."));
    }
    table.push_back(row("group", 3, group, "group(verdict, inner, part)", "The verdict with that of a group."));
    table.push_back(row("cohort", 2, answer, "cohort(verdict, part)", "The verdict with that of a cohort."));
    table.push_back(row("flag", 2, answer, "flag(verdict, part)", "The verdict with that of a dependency."));
    table.push_back(row("known", 2, answer, "known(verdict, part)", "The verdict with one known beforehand."));
    return table;
}

}  // namespace

const Library& operators() {
    static const std::vector<Function> table = rows();
    static const Library library(table);
    return library;
}

}  // namespace hogvm::flags
