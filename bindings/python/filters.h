// compile_filter, and the options that filters have wherever they stand.
#pragma once

#include <pybind11/pybind11.h>

#include <string_view>

#include <hogvm/filter.h>

namespace hogvm::python {

namespace py = pybind11;

/// Takes the keyword arguments that are options of filters. Needs the GIL.
class FilterArguments {
  public:
    /// False if there is no such option. Raises py::error_already_set where reading `value` does.
    bool take(std::string_view name, py::handle value);
    /// Raises FilterError.
    FilterOptions options() const;

  private:
    py::dict given_;
};

/// Adds the function to the module.
void add_filters(py::module_& module);

}  // namespace hogvm::python
