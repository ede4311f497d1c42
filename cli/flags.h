// `hog flags`: what flags are for a person.
#pragma once

#include <string>

namespace hogvm::cli {

struct FlagsArguments {
    std::string definitions;  // a file
    std::string distinct_id;
    // JSON objects, or empty:
    std::string person;
    std::string groups;
    std::string group_properties;
    bool as_json = false;
};

/// Shows every flag of the definitions, a line each; problems with the definitions go to stderr. Gives the exit code.
int show_flags(const FlagsArguments& arguments);

}  // namespace hogvm::cli
