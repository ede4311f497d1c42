#include <hogvm/filter.h>

namespace hogvm {

std::shared_ptr<const Program> compile_filter(const boost::json::value& filter, const FilterOptions& options,
                                              const Library& library) {
    return Program::load(filter_bytecode(filter, options), library);
}

}  // namespace hogvm
