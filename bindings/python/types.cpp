#include "types.h"

#include <pybind11/gil_safe_call_once.h>

namespace hogvm::python {

const Types& Types::get() {
    PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<Types> types;
    return types
        .call_once_and_store_result([] {
            const auto member = [](const char* module, const char* name) -> py::object {
                return py::module_::import(module).attr(name);
            };
            return Types{.decimal = member("decimal", "Decimal"),
                         .uuid = member("uuid", "UUID"),
                         .real = member("numbers", "Real"),
                         .mapping = member("collections.abc", "Mapping"),
                         .sequence = member("collections.abc", "Sequence"),
                         .datetime_parts = member("hogvm.zones", "parts_of"),
                         .datetime_of = member("hogvm.zones", "datetime_of"),
                         .date = member("datetime", "date"),
                         .is_coroutine_fn = member("inspect", "iscoroutinefunction"),
                         .timedelta = member("datetime", "timedelta")};
        })
        .get_stored();
}

}  // namespace hogvm::python
