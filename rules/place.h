// Places: where in a JSON document the compiler is, so that an error can point there.
//
// A place lives on the stack of the call that looks at it and refers to the one outside it; the pointer's text is made
// only for an error. It also bounds the recursion: a place that is too deep can't be made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <hogvm/filter.h>

namespace hogvm::rules {

/// The most levels of a document that are followed, through groups, lists and cohorts.
inline constexpr int kMaxNesting = 400;

class Place {
  public:
    /// A document, itself `depth` levels deep in others.
    explicit Place(int depth = 0) : depth_(depth) {}
    Place operator/(std::string_view key) const { return Place(this, key, kNoIndex); }
    Place operator/(std::size_t index) const { return Place(this, {}, index); }

    int depth() const { return depth_; }
    std::string pointer() const {
        if (outer_ == nullptr) return {};
        std::string text = outer_->pointer() + '/';
        if (index_ != kNoIndex) return text += std::to_string(index_);
        for (const char c : key_) {
            if (c == '~' || c == '/') {
                text += c == '~' ? "~0" : "~1";
            } else {
                text += c;
            }
        }
        return text;
    }

    [[noreturn]] void fail(std::string message) const { throw FilterError(pointer(), std::move(message)); }

  private:
    static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

    Place(const Place* outer, std::string_view key, std::size_t index)
        : outer_(outer), key_(key), index_(index), depth_(outer->depth_ + 1) {
        if (depth_ > kMaxNesting) {
            outer->fail("the filter is nested more than " + std::to_string(kMaxNesting) +
                        " levels deep; give it fewer groups inside groups");
        }
    }

    const Place* outer_ = nullptr;
    std::string_view key_;
    std::size_t index_ = kNoIndex;
    int depth_;
};

}  // namespace hogvm::rules
