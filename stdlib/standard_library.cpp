#include <hogvm/standard_library.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "families.h"

namespace hogvm {
namespace {

std::vector<Function> all_functions() {
    std::vector<Function> all;
    for (const auto family :
         {stdlib::logic_functions, stdlib::number_functions, stdlib::string_functions, stdlib::pattern_functions,
          stdlib::encoding_functions, stdlib::digest_functions, stdlib::network_functions, stdlib::json_functions,
          stdlib::array_functions, stdlib::date_functions, stdlib::error_functions, stdlib::output_functions,
          stdlib::hog_functions}) {
        const std::span<const Function> rows = family();
        all.insert(all.end(), rows.begin(), rows.end());
    }
    std::sort(all.begin(), all.end(), [](const Function& a, const Function& b) {
        return std::tie(a.family, a.name) < std::tie(b.family, b.name);
    });
    return all;
}

}  // namespace

const Library& standard_library() {
    // Never destroyed: programs that refer to it may outlive the statics.
    static const auto* const functions = new std::vector<Function>(all_functions());
    static const auto* const library = new Library(*functions);
    return *library;
}

std::shared_ptr<const Program> load_program(std::string_view json) { return Program::parse(json, standard_library()); }

}  // namespace hogvm
