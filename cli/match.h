// `hog match`: a rule set over a stream of events.
#pragma once

#include <string>

namespace hogvm::cli {

struct MatchArguments {
    std::string rules;
    std::string events = "-";
    std::string explain;  // a rule's id; empty: none is explained
    std::string options;  // a file; empty: none
    unsigned jobs = 1;
};

/// One line on stdout for each event: the ids of the rules that match, or why the one to explain does or does not.
/// Rules that fail are told on stderr. Gives the exit code; throws Stop if there are no rules to be had.
int match_events(const MatchArguments& arguments);

}  // namespace hogvm::cli
