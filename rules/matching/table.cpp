#include "table.h"

#include <cmath>

#include <hogvm/javascript.h>

namespace hogvm::matching {

bool Table::can_hold(Value constant) { return constant.is_string() || constant.is_number() || constant.is(Type::Bool); }

double Table::number_of(std::string_view text) { return javascript::number_of(text); }

void Table::add(Value constant, bool is_loose, std::uint32_t branch) {
    const auto put = [&](Targets& targets) { (is_loose ? targets.loose : targets.strict) = branch; };
    if (constant.is_number()) {
        if (!std::isnan(constant.as_number())) put(numbers_[constant.as_number()]);
    } else if (constant.is(Type::Bool)) {
        put(booleans_[constant.as_bool() ? 1 : 0]);
    } else {
        const std::string_view text = constant.as_text();
        put(texts_[text]);
        if (!is_loose) return;
        if (const double number = number_of(text); !std::isnan(number)) texts_by_number_[number].push_back(branch);
        if (text != "true") untrue_texts_.push_back(branch);
    }
}

}  // namespace hogvm::matching
