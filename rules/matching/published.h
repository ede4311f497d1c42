// Data that many threads read without waiting while one replaces it.
//
// A reader takes a place in a list (places are made as they are needed, and kept), says there which data it reads, and
// looks whether that is still what is published: a hazard pointer. A writer publishes new data and deletes what is old
// and in no place. So a reader never waits for a writer, nor a writer for a reader; old data may stay until the next
// writing. A place has a workspace of the reader's own.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace hogvm::matching {

template <typename Data, typename Workspace>
class Published {
    struct Place {
        std::atomic<bool> is_taken{true};
        std::atomic<const Data*> reads{nullptr};
        Place* next = nullptr;
        Workspace workspace;

        template <typename... Arguments>
        explicit Place(Arguments&... arguments) : workspace(arguments...) {}
    };

  public:
    explicit Published(std::unique_ptr<const Data> first) : current_(first.release()) {}
    ~Published() {
        delete current_.load();
        for (Place* place = places_.load(); place != nullptr;) delete std::exchange(place, place->next);
    }
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;

    /// What is published, for as long as this lives.
    class Reading {
      public:
        Reading(Place& place, const Data& data) : place_(place), data_(data) {}
        ~Reading() {
            place_.reads.store(nullptr);
            place_.is_taken.store(false);
        }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

        const Data& data() const { return data_; }
        Workspace& workspace() const { return place_.workspace; }

      private:
        Place& place_;
        const Data& data_;
    };

    /// A new workspace is made of `arguments` where all are in use.
    template <typename... Arguments>
    Reading read(Arguments&... arguments) const {
        Place& place = take_place(arguments...);
        const Data* seen = current_.load();
        for (;;) {
            place.reads.store(seen);
            const Data* now = current_.load();
            if (now == seen) return Reading(place, *seen);
            seen = now;
        }
    }

    /// For one thread at a time, which also is the one that calls latest().
    void publish(std::unique_ptr<const Data> data) {
        old_.emplace_back(current_.exchange(data.release()));
        std::erase_if(old_, [this](const auto& old) { return !is_read(old.get()); });
    }
    const Data& latest() const { return *current_.load(); }

  private:
    template <typename... Arguments>
    Place& take_place(Arguments&... arguments) const {
        for (Place* place = places_.load(); place != nullptr; place = place->next)
            if (!place->is_taken.load(std::memory_order_relaxed) && !place->is_taken.exchange(true)) return *place;
        auto made = std::make_unique<Place>(arguments...);
        made->next = places_.load();
        while (!places_.compare_exchange_weak(made->next, made.get())) {
        }
        return *made.release();
    }

    bool is_read(const Data* data) const {
        for (const Place* place = places_.load(); place != nullptr; place = place->next)
            if (place->reads.load() == data) return true;
        return false;
    }

    std::atomic<const Data*> current_;
    mutable std::atomic<Place*> places_{nullptr};
    std::vector<std::unique_ptr<const Data>> old_;
};

}  // namespace hogvm::matching
