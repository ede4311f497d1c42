// What the options of `hog run` ask for.
#pragma once

#include <string>

#include <hogvm/vm.h>

namespace hogvm::cli {

struct RunArguments {
    std::string program = "-";
    std::string globals;  // empty: none
    std::string events;   // empty: one run
    unsigned jobs = 1;
    bool stats = false;
    RunOptions options;
};

}  // namespace hogvm::cli
