// Hashes of what comes from outside, for every table that has such keys: dicts, and the maps below. They are keyed by
// random bits of the process, so that nobody can choose keys that collide. (std::hash is the same everywhere, and
// known.)
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <hogvm/visibility.h>

namespace hogvm {

HOGVM_PUBLIC_BEGIN
/// 128 random bits, the same for as long as the process lives.
const std::uint64_t* process_seed();
HOGVM_PUBLIC_END

namespace hashing {

template <typename Word>
std::uint64_t word_at(const char* data) {
    Word word;
    std::memcpy(&word, data, sizeof word);
    return word;
}

inline std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace hashing

/// Folded products of 16 bytes each, as in wyhash (Wang Yi), which the maps of Go and of Abseil use with a secret as
/// here: who does not know the seed can't tell which texts would collide.
[[gnu::always_inline]] inline std::uint64_t keyed_hash(const char* data, std::size_t size, const std::uint64_t* seed) {
    using hashing::folded_product;
    using hashing::word_at;
    std::uint64_t state = seed[0];
    std::size_t left = size;
    for (; left > 16; left -= 16, data += 16)
        state = folded_product(word_at<std::uint64_t>(data) ^ seed[1], word_at<std::uint64_t>(data + 8) ^ state);
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (left >= 8) {
        first = word_at<std::uint64_t>(data);
        last = word_at<std::uint64_t>(data + left - 8);
    } else if (left >= 4) {
        first = word_at<std::uint32_t>(data);
        last = word_at<std::uint32_t>(data + left - 4);
    } else if (left > 0) {
        first = word_at<std::uint8_t>(data) << 16 | word_at<std::uint8_t>(data + left / 2) << 8 |
                word_at<std::uint8_t>(data + left - 1);
    }
    return folded_product(folded_product(first ^ seed[1], last ^ state), size ^ seed[1]);
}

/// For the standard's containers. Equal numbers hash alike, 0 and -0 among them.
struct KeyedHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return keyed_hash(text.data(), text.size(), process_seed());
    }
    std::size_t operator()(double number) const noexcept {
        const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
        return keyed_hash(reinterpret_cast<const char*>(&bits), sizeof bits, process_seed());
    }
};

/// Text may be looked for as a std::string_view whichever the key is.
template <typename Key, typename T>
using KeyedMap = std::unordered_map<Key, T, KeyedHash, std::equal_to<>>;
template <typename Key>
using KeyedSet = std::unordered_set<Key, KeyedHash, std::equal_to<>>;

}  // namespace hogvm
