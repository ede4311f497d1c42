// Work done by several threads whose results are wanted in order.
//
//     Pipeline<Batch> pipeline(workers, read, work, write, on_wait);
//
// `read` fills a batch on a thread of its own and returns false at the end; each of `workers` threads makes its own
// function by calling `make_worker`; `write` gets the batches in the order in which they were read, on the thread that
// calls run(). No more than a few batches a worker are under way at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace hogvm::cli {

template <typename Batch>
class Pipeline {
  public:
    std::function<bool(Batch&)> read;
    std::function<std::function<void(Batch&)>()> make_worker;
    std::function<void(Batch&)> write;
    std::function<void()> tick;  // called now and then by the writing thread, also while nothing comes

    /// Returns when all is written. If `read` throws, what was read is finished, and then that is thrown here.
    void run(unsigned workers) {
        most_ = std::size_t{kBatchesAWorker} * workers;
        std::vector<std::jthread> threads;
        threads.emplace_back([this] { read_all(); });
        for (unsigned i = 0; i < workers; ++i) threads.emplace_back([this] { work(); });
        write_all();
        threads.clear();
        if (error_) std::rethrow_exception(error_);
    }

  private:
    static constexpr unsigned kBatchesAWorker = 4;
    static constexpr std::chrono::milliseconds kTick{100};

    struct Item {
        Batch batch;
        bool is_done = false;
    };

    void read_all() {
        try {
            for (;;) {
                auto item = std::make_unique<Item>();
                if (!read(item->batch)) break;
                std::unique_lock lock(mutex_);
                room_.wait(lock, [this] { return items_.size() < most_; });
                waiting_.push_back(item.get());
                items_.push_back(std::move(item));
                available_.notify_one();
            }
        } catch (...) {
            error_ = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        at_end_ = true;
        available_.notify_all();
        done_.notify_one();
    }

    void work() {
        const std::function<void(Batch&)> process = make_worker();
        for (;;) {
            Item* item = next_waiting();
            if (item == nullptr) return;
            process(item->batch);
            const std::lock_guard lock(mutex_);
            item->is_done = true;
            if (item == items_.front().get()) done_.notify_one();
        }
    }

    Item* next_waiting() {
        std::unique_lock lock(mutex_);
        available_.wait(lock, [this] { return !waiting_.empty() || at_end_; });
        if (waiting_.empty()) return nullptr;
        Item* item = waiting_.front();
        waiting_.pop_front();
        return item;
    }

    void write_all() {
        const auto is_ready = [this] { return items_.empty() ? at_end_ : items_.front()->is_done; };
        std::unique_lock lock(mutex_);
        for (;;) {
            while (!done_.wait_for(lock, kTick, is_ready)) tick();
            if (items_.empty()) return;
            const std::unique_ptr<Item> item = std::move(items_.front());
            items_.pop_front();
            room_.notify_one();
            lock.unlock();
            write(item->batch);
            tick();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable room_;             // for the reader: a batch was written
    std::condition_variable available_;        // for the workers: a batch was read
    std::condition_variable done_;             // for the writer: the oldest batch is done
    std::deque<std::unique_ptr<Item>> items_;  // in order, from the oldest one not written
    std::deque<Item*> waiting_;                // those that no worker took
    std::size_t most_ = 0;
    bool at_end_ = false;
    std::exception_ptr error_;
};

}  // namespace hogvm::cli
