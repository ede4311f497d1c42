#include <hogvm/host.h>

#include <stdexcept>
#include <utility>

namespace hogvm {

void Host::insert(Function function) {
    const std::string name = function.name;
    if (!functions_.emplace(name, std::move(function)).second)
        throw std::invalid_argument("host: a function " + name + " is there already");
}

void Host::add(std::string name, int min_args, int max_args, HostFunction function) {
    insert({std::move(name), min_args, max_args, false, std::move(function)});
}

void Host::add_async(std::string name) { insert({std::move(name), 0, kAnyNumber, true, nullptr}); }

const Host::Function* Host::find(std::string_view name) const {
    const auto found = functions_.find(name);
    return found != functions_.end() ? &found->second : nullptr;
}

}  // namespace hogvm
