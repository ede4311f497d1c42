#include "filter.h"

#include <boost/json.hpp>

#include <hogvm/error.h>
#include <hogvm/filter.h>
#include <hogvm/heap.h>
#include <hogvm/json.h>

#include "exit.h"
#include "input.h"
#include "output.h"

namespace hogvm::cli {
namespace {

/// What `make` gives; an error in it is one in the file.
template <typename Make>
auto blaming(const std::string& path, const Make& make) {
    try {
        return make();
    } catch (const FilterError& error) {
        throw Stop(name_of(path) + ": " + error.what());
    }
}

}  // namespace

FilterOptions read_filter_options(const std::string& path) {
    if (path.empty()) return {};
    return blaming(path, [&] { return FilterOptions::from_json(read_json(path)); });
}

int show_filter(const std::string& path, const std::string& options_path) {
    if (path == "-" && options_path == "-")
        throw Stop("the filter and its options can't both come from stdin: name a file for one of them");
    const FilterOptions options = read_filter_options(options_path);
    const auto tokens = blaming(path, [&] { return filter_bytecode(read_json(path), options); });
    Heap heap;
    write_line(json::to_text(json::from_boost(tokens, heap)));
    flush();
    return kDone;
}

}  // namespace hogvm::cli
