#include "javascript_value.h"

namespace hogvm::flags {

Value as_javascript(Value v, Heap& heap) {
    constexpr std::int64_t kLargest = std::int64_t{1} << 53;
    switch (v.type()) {
        case Type::Int:
            return v.as_int() > kLargest || v.as_int() < -kLargest ? Value::real(static_cast<double>(v.as_int())) : v;
        case Type::Array:
            for (std::uint32_t i = 0; i < v.as_array()->size; ++i) {
                const Value item = v.as_array()->items[i];
                const Value made = as_javascript(item, heap);
                if (made.type() != item.type()) heap.set(v.as_array(), i, made);
            }
            return v;
        case Type::Object:
            for (std::uint32_t i = 0; i < v.as_dict()->size; ++i) {
                Entry& entry = v.as_dict()->entries[i];
                const Value made = as_javascript(entry.value, heap);
                if (made.type() != entry.value.type()) entry.value = made;  // costs no more than before
            }
            return v;
        default: return v;
    }
}

}  // namespace hogvm::flags
