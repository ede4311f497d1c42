#include <hogvm/hash.h>

#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace hogvm;

TEST_CASE("texts that collide under the standard library's hash do not collide") {
    // Of libstdc++'s hash on 64 bits, which has the same key everywhere.
    constexpr std::string_view kColliding[] = {
        R"--(RZeptdOO}hf[7(f9)--", R"--(ox6MTPax={8^8QhX)--", R"--(IKEAwoa3 yTC.Xz7)--", R"--(s-UoxrrA'p;jrh`s)--",
        R"--(Uk5KkgTHrVplNj:u)--", R"--(TgKu69O2x8p72wju)--", R"--(g9vN7EUtb*@oaU;A)--", R"--(9IdRYXSM1nqyY#c))--",
    };
    std::set<std::size_t> hashes;
    for (const std::string_view text : kColliding) hashes.insert(KeyedHash()(text));
    CHECK(hashes.size() == std::size(kColliding));
}

TEST_CASE("a text is found by a view, and 0 by -0") {
    KeyedMap<std::string, int> texts{{"a", 1}, {"", 2}, {std::string(100, 'x'), 3}};
    CHECK(texts.find(std::string_view("a"))->second == 1);
    CHECK(texts.find(std::string_view())->second == 2);
    CHECK(texts.find(std::string_view(std::string(100, 'x')))->second == 3);
    CHECK(texts.find(std::string_view(std::string(99, 'x'))) == texts.end());
    KeyedSet<double> numbers{0.0, 1.5};
    CHECK(numbers.contains(-0.0));
    CHECK(!numbers.contains(1.0));
}
