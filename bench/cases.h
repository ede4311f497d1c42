// The programs that are measured: the rows of cases.json, loaded.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include <hogvm/standard_library.h>
#include <hogvm/vm.h>

namespace hogvm::bench {

enum class Event { None, Parsed, Text };

struct Case {
    std::string name;
    std::string program_name;
    std::shared_ptr<const Program> program;
    Event event = Event::None;
    std::string event_text;
    boost::json::value event_value;
    bool result_as_text = false;
    boost::json::value wanted;

    Outcome run(Vm& vm) const;
};

/// A file of bench/, as "programs/filter.hoge". Throws std::runtime_error.
std::string read_file(const std::string& path);

/// Each has been run once and gave what programs/ has as wanted. Throws std::runtime_error.
std::vector<std::unique_ptr<const Case>> load_cases();
/// The one of that name.
std::unique_ptr<const Case> load_case(const std::string& name);

/// A program of about that many tokens: conditions on globals, numbers and texts, no two constants alike.
std::string program_of(std::size_t tokens);

}  // namespace hogvm::bench
