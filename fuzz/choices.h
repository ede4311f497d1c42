// The bytes of an input as a source of choices: what a generator asks for, in the order in which it asks. When they are
// used up, each answer is the first, or no, so a generator whose first alternatives are leaves comes to an end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace hogvm::fuzz {

class Choices {
  public:
    explicit Choices(std::string_view bytes) : bytes_(bytes) {}

    bool are_used_up() const { return at_ >= bytes_.size(); }
    std::uint8_t byte() { return are_used_up() ? 0 : static_cast<std::uint8_t>(bytes_[at_++]); }

    /// From 0 up to but not including `n`.
    std::size_t below(std::size_t n) {
        std::size_t x = byte();
        if (n > 256) x = x << 8 | byte();
        return n > 0 ? x % n : 0;
    }
    bool chance(int percent) { return !are_used_up() && static_cast<int>(below(100)) < percent; }

    template <typename List>
    const auto& pick(const List& list) {
        return list[below(std::size(list))];
    }

    std::int64_t integer() {
        std::uint64_t x = 0;
        for (int k = 0; k < 8; ++k) x = x << 8 | byte();
        return static_cast<std::int64_t>(x);
    }
    double real() {
        const std::int64_t bits = integer();
        double d = 0;
        std::memcpy(&d, &bits, sizeof d);
        return d;
    }
    std::string_view text(std::size_t most) {
        const std::size_t size = below(most + 1);
        const std::string_view taken = bytes_.substr(at_ < bytes_.size() ? at_ : bytes_.size(), size);
        at_ += taken.size();
        return taken;
    }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

}  // namespace hogvm::fuzz
