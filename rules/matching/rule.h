// One rule, loaded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/json.hpp>

#include <hogvm/program.h>
#include <hogvm/rule_set.h>

#include "reading.h"

namespace hogvm::matching {

struct Rule {
    std::string id;
    bool enabled = true;
    std::uint64_t order = 0;  // rules answer in ascending order
    std::shared_ptr<const Program> program;
    bool is_read = false;  // else the program has to be run as it is

    /// The program as an expression, if it is read. Not kept, for it takes as much memory as all the rest, and only
    /// those who build an index or explain need it.
    std::optional<Reading> reading(const Host& host) const;
};

/// Loads rules; for one thread at a time.
class Loader {
  public:
    explicit Loader(const RuleSetOptions& options);

    /// Throws RuleError; `pointer` is where the rule is in what was given.
    std::shared_ptr<Rule> load(const boost::json::value& rule, const std::string& pointer);

  private:
    std::shared_ptr<const Program> program_of(const boost::json::object& rule, const std::string& id,
                                              const std::string& pointer, bool& is_read);

    const RuleSetOptions& options_;
    const Library& library_;
    std::shared_ptr<Heap> heap_;  // of the programs loaded last: a heap for each would be mostly empty
};

}  // namespace hogvm::matching
