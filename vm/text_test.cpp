#include <hogvm/text.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <hogvm/heap.h>

using namespace hogvm;

namespace {

constexpr std::string_view kHigh = "\xED\xA0\xBD";  // U+D83D, the first half of 😀
constexpr std::string_view kLow = "\xED\xB8\x80";   // U+DE00, the second

std::string slice(std::string_view s, std::size_t from, std::size_t to) {
    Heap heap;
    const Value part = text::slice(Value::text(s), from, to, heap);
    CHECK(part.units() == Value::text(part.as_text()).units());
    return std::string(part.as_text());
}

std::string joined(std::string_view a, std::string_view b) {
    Heap heap;
    TextBuilder out(heap);
    out.append(a);
    out.append(b);
    const Value v = out.finish();
    CHECK(v.units() == Value::text(v.as_text()).units());
    return std::string(v.as_text());
}

/// The text with more at its end, which may be the same bytes.
Value with_more(Heap& heap, Value text, std::string_view more) {
    TextBuilder out(heap);
    out.begin_with(text);
    out.append(more);
    return out.finish();
}

}  // namespace

TEST_CASE("the surplus is by how much bytes outnumber units") {
    CHECK(text::surplus("abc") == 0);
    CHECK(text::surplus("é") == 1);
    CHECK(text::surplus("€") == 2);
    CHECK(text::surplus("😀") == 2);
    CHECK(text::surplus(kHigh) == 2);
    CHECK(text::surplus("12345678é12345678€12345678😀") == 5);
}

TEST_CASE("text is sliced by UTF-16 units") {
    CHECK(slice("hello", 1, 3) == "el");
    CHECK(slice("hello", 3, 99) == "lo");
    CHECK(slice("hello", 7, 9).empty());
    CHECK(slice("aé€b", 1, 3) == "é€");
    CHECK(slice("a😀b", 1, 3) == "😀");
    CHECK(slice("a😀b", 3, 4) == "b");
}

TEST_CASE("a slice through a pair has its half") {
    CHECK(slice("a😀b", 0, 2) == "a" + std::string(kHigh));
    CHECK(slice("a😀b", 2, 4) == std::string(kLow) + "b");
    CHECK(slice("😀😀", 1, 3) == std::string(kLow) + std::string(kHigh));
}

TEST_CASE("a slice within one pair has one half") {
    CHECK(slice("😀", 0, 1) == kHigh);
    CHECK(slice("😀", 1, 2) == kLow);
    CHECK(slice("😀", 1, 1).empty());
}

TEST_CASE("a unit is read by its position") {
    Heap heap;
    CHECK(text::unit_at(Value::text("a😀b"), 0, heap).as_text() == "a");
    CHECK(text::unit_at(Value::text("a😀b"), 1, heap).as_text() == kHigh);
    CHECK(text::unit_at(Value::text("a😀b"), 2, heap).as_text() == kLow);
    CHECK(text::unit_at(Value::text("a😀b"), 3, heap).as_text() == "b");
}

TEST_CASE("halves of a pair join where texts meet, in that order only") {
    CHECK(joined(kHigh, kLow) == "😀");
    CHECK(joined("a" + std::string(kHigh), std::string(kLow) + "b") == "a😀b");
    CHECK(joined(kLow, kHigh) == std::string(kLow) + std::string(kHigh));
    CHECK(joined(kHigh, kHigh) == std::string(kHigh) + std::string(kHigh));
    std::string out(kHigh);
    text::append(0xDE00, out);
    CHECK(out == "😀");
    text::append(0xDE00, out);
    CHECK(out == "😀" + std::string(kLow));
}

TEST_CASE("code points are read one by one") {
    std::size_t at = 0;
    const std::string_view s = "aé€😀\xED\xA0\xBD";
    for (const std::uint32_t expected : {0x61u, 0xE9u, 0x20ACu, 0x1F600u, 0xD83Du})
        CHECK(text::next(s, &at) == expected);
    CHECK(at == s.size());
}

TEST_CASE("a text is found at its position in units") {
    const auto find = [](std::string_view in, std::string_view what, std::size_t from) {
        return text::find(Value::text(in), Value::text(what), from);
    };
    CHECK(find("abcabc", "c", 0) == 2);
    CHECK(find("abcabc", "c", 3) == 5);
    CHECK(find("abc", "d", 0) == std::string_view::npos);
    CHECK(find("😀é😀x", "x", 0) == 5);
}

TEST_CASE("long needles are found where short ones are, across the pieces of a long haystack") {
    std::minstd_rand random(1);
    std::string in(300'000, 'a');
    for (char& c : in) c = random() % 50 == 0 ? 'b' : 'a';
    const std::u16string units(in.begin(), in.end());
    for (const std::size_t size : {63u, 64u, 300u, 20'000u, 70'000u, 300'000u}) {
        for (int i = 0; i < 20; ++i) {
            const std::size_t at = random() % (in.size() - size + 1);
            std::string what = in.substr(at, size);
            if (i % 4 == 0) what.back() = 'c';
            const std::size_t from = random() % (at + 2);
            CAPTURE(size);
            CHECK(text::find(in, what, from) == in.find(what, from));
            CHECK(text::find(units, std::u16string(what.begin(), what.end()), from) == in.find(what, from));
        }
    }
    CHECK(text::find(in, "", in.size()) == in.size());
    CHECK(text::find(in, "", in.size() + 1) == std::string_view::npos);
}

TEST_CASE("needles of few letters, which repeat themselves, are found where they are") {
    std::minstd_rand random(1);
    const auto letters = [&random](std::size_t size, unsigned kinds) {
        std::u16string out(size, u'a');
        for (char16_t& c : out) c = static_cast<char16_t>('a' + random() % kinds);
        return out;
    };
    for (int i = 0; i < 50'000; ++i) {
        std::u16string unit = letters(1 + random() % 5, 2);
        std::u16string what;
        while (what.size() < 1 + random() % 20) what += unit;
        if (random() % 2 == 0) what += letters(random() % 3, 2);
        std::u16string in = letters(random() % 10, 2);
        for (int parts = 0; parts < 3; ++parts) in += what.substr(random() % what.size()) + letters(random() % 3, 2);
        const std::size_t from = random() % (in.size() + 1);
        if (text::find(in, what, from) == in.find(what, from)) continue;
        CAPTURE(std::string(in.begin(), in.end()));
        CAPTURE(std::string(what.begin(), what.end()));
        FAIL("a wrong place");
    }
    // Long enough not to be memmem's.
    const std::string a(1 << 18, 'a');
    CHECK(text::find(a + a + "b" + a, a + "b" + a) == a.size());
    CHECK(text::find(a + a, a + "b") == std::string::npos);
    CHECK(text::find(a + a, "b" + a) == std::string::npos);
    CHECK(text::find(a + "b" + a, a, 1) == a.size() + 1);
    CHECK(text::find(a, a) == 0);
    CHECK(text::find(a, a, 1) == std::string::npos);
}

TEST_CASE("a search from within a pair does not find what starts before") {
    CHECK(text::find(Value::text("😀é😀x"), Value::text("😀"), 1) == 3);
}

TEST_CASE("UTF-8 is told from what is none in long texts, too") {
    for (const std::string_view unit : {"日", "😀", "é", "ab"}) {
        for (const std::string_view wrong : {"\x80", "\xE6\x97", "\xF0\x9F\x98", "\xED\xA0\x80"}) {
            for (std::size_t shift = 0; shift < 4; ++shift) {
                std::string text(shift, 'x');
                while (text.size() < (1 << 16) - 8) text += unit;
                for (int i = 0; i < 16; ++i) {
                    text += unit;
                    std::size_t bad = 0;
                    CHECK(text::is_utf8(text));
                    CHECK(!text::is_utf8(text + std::string(wrong) + text, &bad));
                    CHECK(bad == text.size());
                }
            }
        }
    }
}

TEST_CASE("UTF-8 is told from what is none, with the place") {
    CHECK(text::is_utf8("aé€😀"));
    const auto first_bad = [](std::string_view bytes) {
        std::size_t bad = 99;
        CHECK(!text::is_utf8(bytes, &bad));
        return bad;
    };
    CHECK(first_bad("ab\xFF") == 2);
    CHECK(first_bad("\xC0\x80") == 0);                  // overlong
    CHECK(first_bad("a\xE2\x82") == 1);                 // cut short
    CHECK(first_bad(std::string(kHigh)) == 0);          // a surrogate
    CHECK(first_bad("12345678\xF4\x90\x80\x80") == 8);  // beyond U+10FFFF
}

TEST_CASE("lone surrogates leave as U+FFFD, pairs as they are") {
    std::string buffer;
    CHECK(text::well_formed("a😀", buffer) == "a😀");
    CHECK(text::well_formed("a" + std::string(kLow) + "b", buffer) == "a\uFFFDb");
}

TEST_CASE("undecodable bytes become U+FFFD as in the WHATWG decoder") {
    Heap heap;
    CHECK(text::decode_utf8("a\xFF"
                            "b",
                            heap)
              .as_text() == "a\uFFFDb");
    CHECK(text::decode_utf8("\xE2\x82", heap).as_text() == "\uFFFD");
    CHECK(text::decode_utf8(kHigh, heap).as_text() == "\uFFFD\uFFFD\uFFFD");
    CHECK(text::decode_utf8("\xF0\x9F\x98", heap).as_text() == "\uFFFD");
    CHECK(text::decode_utf8("😀", heap).units() == 2);
}

TEST_CASE("case mapping is Unicode's, with texts that grow and the final sigma") {
    Heap heap;
    CHECK(text::to_upper(Value::text("straße"), heap).as_text() == "STRASSE");
    CHECK(text::to_upper(Value::text("ﬁ"), heap).as_text() == "FI");
    CHECK(text::to_lower(Value::text("ΟΔΟΣ"), heap).as_text() == "οδος");
    CHECK(text::to_lower(Value::text("ΣΑ"), heap).as_text() == "σα");
    CHECK(text::to_lower(Value::text("İ"), heap).as_text() == "i̇");
}

TEST_CASE("a text that is built on does not change") {
    Heap heap;
    const auto with = [&heap](Value text, std::string_view more) { return with_more(heap, text, more); };
    const std::string long_text(100, 'x');
    const Value first = with(heap.string(long_text), "1");
    const Value second = with(first, "2");
    const Value third = with(second, "3");
    const Value fourth = with(third, "é");
    CHECK(fourth.as_text().data() == second.as_text().data());  // nothing was copied
    const Value other = with(third, "other");
    CHECK(other.as_text().data() != third.as_text().data());
    CHECK(first.as_text() == long_text + "1");
    CHECK(second.as_text() == long_text + "12");
    CHECK(third.as_text() == long_text + "123");
    CHECK(fourth.as_text() == long_text + "123é");
    CHECK(fourth.units() == 104);
    CHECK(other.as_text() == long_text + "123other");
}

TEST_CASE("a text that stands where one was built before the heap was cleared does not grow into its neighbour") {
    Heap heap;
    const auto with = [&heap](Value text, std::string_view more) { return with_more(heap, text, more); };
    const Value built = with(with(heap.string(std::string(100, 'x')), "1"), "2");
    const char* const end = built.as_text().data() + built.as_text().size();
    heap.clear();
    const auto size = static_cast<std::size_t>(end - static_cast<const char*>(heap.allocate(0)));
    heap.clear();
    const Value text = heap.string(std::string(size, 'y'));
    REQUIRE(text.as_text().data() + size == end);
    const Value neighbour = heap.string("neighbour");
    CHECK(with(text, "zzzzzzzzzzzzzzzz").as_text().size() == size + 16);
    CHECK(neighbour.as_text() == "neighbour");
}

TEST_CASE("half a surrogate pair at the end of a text joins without changing it") {
    Heap heap;
    const auto with = [&heap](Value text, std::string_view more) { return with_more(heap, text, more); };
    const std::string long_text(100, 'x');
    const Value grown = with(with(heap.string(long_text), "1"), "2");
    const Value half = with(grown, "\xED\xA0\xBD");
    const Value whole = with(half, "\xED\xB8\x80");
    CHECK(half.as_text() == long_text + "12\xED\xA0\xBD");
    CHECK(whole.as_text() == long_text + "12😀");
    CHECK(whole.units() == 104);
}
