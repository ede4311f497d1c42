#include "paths.h"

#include <algorithm>
#include <string_view>

#include <hogvm/hash.h>

#include "environment.h"
#include "handles.h"
#include "write.h"

namespace hogvm::node {
namespace {

constexpr std::size_t kLongest = 1000;  // bytes of a key

bool is_same(std::span<const Value> path, const std::vector<std::string>& keys) {
    return std::equal(path.begin(), path.end(), keys.begin(), keys.end(),
                      [](Value key, const std::string& text) { return key.as_text() == text; });
}

}  // namespace

void Paths::set_up(Napi::Object helpers) { add_path_ = Napi::Persistent(helpers.Get("addPath").As<Napi::Object>()); }

std::optional<std::uint32_t> Paths::number(std::span<const Value> path) {
    std::size_t hash = path.size();
    for (const Value key : path) {
        if (!key.is_string() || key.as_text().size() > kLongest) return std::nullopt;
        hash = hash * 31 + KeyedHash()(key.as_text());
    }
    for (std::size_t at = hash % kSlots;; at = (at + 1) % kSlots) {
        if (slots_[at] == kNone) {
            const auto fresh = add(path);
            if (fresh) slots_[at] = *fresh;
            return fresh;
        }
        if (is_same(path, paths_[slots_[at]])) return slots_[at];
    }
}

std::optional<std::uint32_t> Paths::add(std::span<const Value> path) {
    if (paths_.size() == kMost) return std::nullopt;
    const HandleScope scope(environment_.env);
    const auto number = static_cast<std::uint32_t>(paths_.size());
    const auto keys = Napi::Array::New(environment_.env, path.size());
    std::vector<std::string> texts;
    for (std::uint32_t i = 0; i < path.size(); ++i) {
        keys.Set(i, Napi::Value(environment_.env, write_string(environment_, path[i])));
        texts.emplace_back(path[i].as_text());
    }
    add_path_.Value().As<Napi::Function>().Call({Napi::Number::New(environment_.env, number), keys});
    paths_.push_back(std::move(texts));
    return number;
}

}  // namespace hogvm::node
