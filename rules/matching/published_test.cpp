#include "published.h"

#include <thread>
#include <vector>

#include <doctest/doctest.h>

using hogvm::matching::Published;

namespace {

struct Pair {
    explicit Pair(int n) : first(n), second(-n) { ++living; }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() {
        second = first + 1;
        --living;
    }
    int first;
    int second;
    inline static std::atomic<int> living{0};
};

struct Workspace {
    int uses = 0;
};

}  // namespace

TEST_CASE("what is being read stays until it is not") {
    {
        Published<Pair, Workspace> published(std::make_unique<const Pair>(1));
        {
            const auto reading = published.read();
            published.publish(std::make_unique<const Pair>(2));
            CHECK(reading.data().first == 1);
            CHECK(Pair::living == 2);
            CHECK(published.read().data().first == 2);
        }
        published.publish(std::make_unique<const Pair>(3));
        CHECK(Pair::living == 1);
    }
    CHECK(Pair::living == 0);
}

TEST_CASE("a workspace is used again, and by one reader at a time") {
    Published<Pair, Workspace> published(std::make_unique<const Pair>(1));
    ++published.read().workspace().uses;
    const auto first = published.read();
    CHECK(first.workspace().uses == 1);
    CHECK(published.read().workspace().uses == 0);
}

TEST_CASE("readers see whole data while a writer replaces it") {
    Published<Pair, Workspace> published(std::make_unique<const Pair>(1));
    std::atomic<bool> is_done{false};
    std::atomic<int> torn{0};
    std::vector<std::jthread> readers;
    readers.reserve(3);
    for (int k = 0; k < 3; ++k) {
        readers.emplace_back([&] {
            while (!is_done) {
                const auto reading = published.read();
                ++reading.workspace().uses;
                if (reading.data().first != -reading.data().second) ++torn;
            }
        });
    }
    for (int n = 2; n < 3000; ++n) published.publish(std::make_unique<const Pair>(n));
    is_done = true;
    readers.clear();
    CHECK(torn == 0);
}
