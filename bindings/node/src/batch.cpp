#include "batch.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <hogvm/convert.h>
#include <hogvm/json.h>
#include <hogvm/vm.h>

#include "guard.h"
#include "programs.h"
#include "read.h"
#include "runs.h"
#include "write.h"

namespace hogvm::node {
namespace {

/// What one event came to.
struct Answer {
    bool is_exact = false;       // its text, which is in the chunk's, says all
    std::shared_ptr<Heap> heap;  // keeps `value`
    Value value;                 // of a finished run that text doesn't tell
    std::unique_ptr<Error> error;
    std::vector<std::string> printed;
    double ops = 0;
    double max_memory = 0;
    double ms = 0;
};

struct Chunk {
    std::uint32_t index = 0;
    std::vector<std::string> events;
    std::vector<Answer> answers;
    std::string texts;              // a JSON array of the results; null where one is told otherwise
    std::vector<std::size_t> ends;  // of each in it
};

class Batch {
  public:
    Batch(std::shared_ptr<const Program> program, const RunOptions& options, std::string zone, bool gives_text,
          Napi::ThreadSafeFunction done)
        : program_(std::move(program)),
          options_(options),
          zone_(std::move(zone)),
          gives_text_(gives_text),
          done_(std::move(done)) {}
    ~Batch() {
        stop_ = true;
        close();
        for (std::thread& thread : threads_) thread.join();
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    void start(std::size_t threads) {
        working_ = threads;
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    }
    void submit(std::unique_ptr<Chunk> chunk) {
        const std::lock_guard lock(mutex_);
        chunks_.push_back(std::move(chunk));
        changed_.notify_one();
    }
    void close() {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        changed_.notify_all();
    }
    void cancel() { stop_ = true; }

  private:
    std::unique_ptr<Chunk> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_closed_ || !chunks_.empty(); });
        if (chunks_.empty()) return nullptr;
        auto chunk = std::move(chunks_.front());
        chunks_.pop_front();
        return chunk;
    }

    void work() {
        Host host;
        host.local_zone = zone_;
        host.stop = &stop_;
        Vm vm(host);
        while (std::unique_ptr<Chunk> chunk = next()) {
            answer(vm, *chunk);
            Chunk* const told = chunk.release();
            if (done_.NonBlockingCall(told, gives_text_ ? tell<true> : tell<false>) != napi_ok)
                delete told;  // the environment is ending
        }
        if (--working_ == 0) done_.Release();
    }

    void answer(Vm& vm, Chunk& chunk) const {
        chunk.texts = "[";
        for (const std::string& event : chunk.events) {
            if (chunk.texts.size() > 1) chunk.texts += ',';
            const std::size_t start = chunk.texts.size();
            chunk.answers.push_back(answer_event(vm, event, chunk.texts));
            if (!chunk.answers.back().is_exact) {
                chunk.texts.resize(start);
                chunk.texts += "null";
            }
            chunk.ends.push_back(chunk.texts.size());
        }
        chunk.texts += ']';
        chunk.events.clear();
    }

    Answer answer_event(Vm& vm, const std::string& event, std::string& texts) const {
        Answer answer;
        Outcome outcome = vm.run(*program_, event, options_);
        answer.ops = static_cast<double>(outcome.ops);
        answer.max_memory = outcome.max_memory;
        answer.ms = outcome.running_ms;
        answer.printed = std::move(outcome.printed);
        try {
            if (outcome.finished()) {
                std::size_t size = 0;
                answer.is_exact = is_json(outcome.result, size) && json::write(outcome.result, texts);
                if (answer.is_exact) return answer;
                answer.heap = std::make_shared<Heap>();
                Heap converted;
                answer.value = copy(to_host(outcome.result, converted), *answer.heap);
                return answer;
            }
        } catch (const Failure& failure) {
            outcome.error.kind = failure.kind;
            outcome.error.message = failure.message;
        }
        if (outcome.suspended()) {
            outcome.error.kind = ErrorKind::Function;
            outcome.error.message = "Unexpected async function call: " + std::string(outcome.function);
        }
        answer.error = std::make_unique<Error>(std::move(outcome.error));
        return answer;
    }

    /// On JavaScript's thread.
    template <bool kTexts>
    static void tell(Napi::Env env, Napi::Function done, Chunk* given) {
        const std::unique_ptr<Chunk> chunk(given);
        if (env == nullptr) return;
        try {
            tell_chunk(env, done, *chunk, kTexts);
        } catch (const Failure&) {  // the environment is ending
        } catch (const Napi::Error&) {
        }
    }

    static void tell_chunk(Napi::Env env, const Napi::Function& done, const Chunk& chunk, bool gives_text) {
        Environment& environment = Environment::of(env);
        const std::size_t count = chunk.answers.size();
        auto numbers = Napi::Float64Array::New(env, count * 3);
        auto others = Napi::Array::New(env);
        for (std::size_t i = 0; i < count; ++i) {
            const Answer& answer = chunk.answers[i];
            numbers[i * 3] = answer.ops;
            numbers[i * 3 + 1] = answer.max_memory;
            numbers[i * 3 + 2] = answer.ms;
            if (answer.is_exact && answer.printed.empty()) continue;
            auto row = Napi::Array::New(env, 3);
            row.Set(0u, Napi::Number::New(env, static_cast<double>(i)));
            if (!answer.is_exact) row.Set(1u, told(environment, answer));
            auto lines = Napi::Array::New(env, answer.printed.size());
            for (std::size_t k = 0; k < answer.printed.size(); ++k)
                lines.Set(static_cast<std::uint32_t>(k), text(environment, answer.printed[k]));
            row.Set(2u, lines);
            others.Set(others.Length(), row);
        }
        const Napi::Value texts = gives_text ? split(environment, chunk) : text(environment, chunk.texts);
        done.Call({Napi::Number::New(env, chunk.index), texts, numbers, others});
    }

    static Napi::Value split(Environment& environment, const Chunk& chunk) {
        auto texts = Napi::Array::New(environment.env, chunk.ends.size());
        std::size_t start = 1;
        for (std::size_t i = 0; i < chunk.ends.size(); ++i) {
            const Napi::HandleScope scope(environment.env);
            const std::string_view all = chunk.texts;
            texts.Set(static_cast<std::uint32_t>(i), text(environment, all.substr(start, chunk.ends[i] - start)));
            start = chunk.ends[i] + 1;  // past the comma
        }
        return texts;
    }

    static Napi::Value told(Environment& environment, const Answer& answer) {
        auto out = Napi::Object::New(environment.env);
        if (!answer.error) {
            out.Set("value", Napi::Value(environment.env, Writer(environment, Shape::Host).write(answer.value)));
            return out;
        }
        const Error& error = *answer.error;
        auto told = Napi::Object::New(environment.env);
        told.Set("kind", Napi::String::New(environment.env, name_of(error.kind)));
        told.Set("message", text(environment, error.message));
        told.Set("chunk", text(environment, error.chunk));
        told.Set("ip", Napi::Number::New(environment.env, static_cast<double>(error.ip)));
        told.Set("type", text(environment, error.type));
        told.Set("payload", text(environment, error.payload_json.empty() ? "null" : error.payload_json));
        out.Set("error", told);
        return out;
    }

    static Napi::Value text(Environment& environment, std::string_view wtf8) {
        return {environment.env, write_string(environment, Value::text(wtf8))};
    }

    std::shared_ptr<const Program> program_;
    RunOptions options_;
    std::string zone_;
    bool gives_text_;
    Napi::ThreadSafeFunction done_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> working_ = 0;
    std::atomic<bool> stop_ = false;
    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::deque<std::unique_ptr<Chunk>> chunks_;
    bool is_closed_ = false;
};

Batch& batch_of(const Napi::CallbackInfo& info) { return *info[0].As<Napi::External<Batch>>().Data(); }

}  // namespace

Napi::Value open_batch(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        const Napi::Env env = info.Env();
        auto done = Napi::ThreadSafeFunction::New(env, info[4].As<Napi::Function>(), "hogvm.runBatch", 0, 1);
        auto batch = std::make_unique<Batch>(program_of(env, info[0]), options_of(environment),
                                             info[2].As<Napi::String>().Utf8Value(),
                                             info[3].As<Napi::Boolean>().Value(), std::move(done));
        batch->start(info[1].As<Napi::Number>().Uint32Value());
        return Napi::External<Batch>::New(env, batch.release(), [](Napi::Env, Batch* ended) { delete ended; });
    });
}

Napi::Value submit(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        auto chunk = std::make_unique<Chunk>();
        chunk->index = info[1].As<Napi::Number>().Uint32Value();
        const auto events = info[2].As<Napi::Array>();
        const std::uint32_t count = events.Length();
        chunk->events.reserve(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            const Napi::HandleScope scope(info.Env());
            chunk->events.push_back(read_document(environment, events.Get(i)));
        }
        batch_of(info).submit(std::move(chunk));
        return info.Env().Undefined();
    });
}

Napi::Value close_batch(const Napi::CallbackInfo& info) {
    batch_of(info).close();
    return info.Env().Undefined();
}

Napi::Value cancel_batch(const Napi::CallbackInfo& info) {
    batch_of(info).cancel();
    return info.Env().Undefined();
}

}  // namespace hogvm::node
