// How far JSON's strings are plain: up to a quote, a backslash or a control character. The reader passes over such
// text, and the writer copies it, in one step.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace hogvm::json {

struct Plain {
    std::size_t size;  // bytes
    bool is_ascii;
};

/// The plain text that `text` begins with.
inline Plain plain_text(std::string_view text) {
    const char* const data = text.data();
    std::size_t at = 0;
    bool ascii = true;
#ifdef __SSE2__
    // Sixteen bytes at a time. Beside eight in a word, this takes a quarter off the time to read an event.
    for (; at + 16 <= text.size(); at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at));
        const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
        const auto ends =
            static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), controls)));
        const auto high = static_cast<unsigned>(_mm_movemask_epi8(bytes));
        if (ends != 0) {
            const int count = std::countr_zero(ends);
            return {at + static_cast<std::size_t>(count), ascii && (high & ((1u << count) - 1)) == 0};
        }
        ascii = ascii && high == 0;
    }
#endif
    for (; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(data[at]);
        if (c == '"' || c == '\\' || c < 0x20) break;
        ascii = ascii && c < 0x80;
    }
    return {at, ascii};
}

}  // namespace hogvm::json
