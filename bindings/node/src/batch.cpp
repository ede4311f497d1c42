#include "batch.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <hogvm/convert.h>
#include <hogvm/error.h>
#include <hogvm/json.h>
#include <hogvm/text.h>
#include <hogvm/vm.h>

#include "guard.h"
#include "programs.h"
#include "read.h"
#include "runs.h"
#include "write.h"

namespace hogvm::node {
namespace {

constexpr std::size_t kNumbers = 4;  // of an answer: operations, peak memory, milliseconds, where its text ends

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

/// In what form JavaScript gets results; the numbers are lib/batch.js's.
enum class Form : std::uint8_t { Objects, Texts, Bytes };

struct Chunk {
    std::uint32_t index = 0;
    std::string events;                   // one after the other
    std::vector<std::size_t> event_ends;  // in `events`
    std::vector<Answer> answers;
    std::string texts;              // a JSON array of the results; null where one is told otherwise
    std::u16string units;           // the same where it is not ASCII; to find these takes as long as a short run
    std::vector<std::size_t> ends;  // of each result in it, in bytes or units
};

/// Chunks that were told, to be used again. Their texts are so large that the system would take the memory back and
/// give it anew, page by page, which costs as much as the runs.
class Spares {
  public:
    std::unique_ptr<Chunk> take() {
        const std::lock_guard lock(mutex_);
        if (chunks_.empty()) return std::make_unique<Chunk>();
        auto chunk = std::move(chunks_.back());
        chunks_.pop_back();
        return chunk;
    }
    void give(std::unique_ptr<Chunk> chunk) {
        chunk->events.clear();
        chunk->event_ends.clear();
        chunk->answers.clear();
        chunk->texts.clear();
        chunk->units.clear();
        chunk->ends.clear();
        const std::lock_guard lock(mutex_);
        chunks_.push_back(std::move(chunk));
    }

  private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Chunk>> chunks_;
};

/// What a thread has to tell; it may be told when the batch is gone.
struct Told {
    std::unique_ptr<Chunk> chunk;
    std::shared_ptr<Spares> spares;
};

/// The UTF-16 of `texts`, and the ends in it.
void find_units(Chunk& chunk) {
    std::size_t from = 0;
    for (std::size_t& end : chunk.ends) {
        append_units(std::string_view(chunk.texts).substr(from, end - from), chunk.units);
        from = std::exchange(end, chunk.units.size());
    }
    chunk.units += u']';
}

class Batch {
  public:
    Batch(std::shared_ptr<const Program> program, const RunOptions& options, std::string zone, Form form,
          Napi::ThreadSafeFunction done)
        : program_(std::move(program)), options_(options), zone_(std::move(zone)), form_(form), done_(done) {}
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
    std::unique_ptr<Chunk> new_chunk() { return spares_->take(); }
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
        // Not host.stop: patterns are searched for in whatever texts a run by itself takes.
        host.poll = [this] {
            if (stop_) fail(ErrorKind::Cancelled, "Execution was cancelled");
        };
        Vm vm(host);
        while (std::unique_ptr<Chunk> chunk = next()) {
            answer(vm, *chunk);
            auto* const told = new Told{std::move(chunk), spares_};
            if (done_.NonBlockingCall(told, form_ == Form::Objects ? tell<Form::Objects>
                                            : form_ == Form::Texts ? tell<Form::Texts>
                                                                   : tell<Form::Bytes>) != napi_ok)
                delete told;  // the environment is ending
        }
        if (--working_ == 0) done_.Release();
    }

    void answer(Vm& vm, Chunk& chunk) const {
        chunk.texts = "[";
        std::size_t from = 0;
        for (const std::size_t end : chunk.event_ends) {
            const std::string_view event = std::string_view(chunk.events).substr(from, end - from);
            from = end;
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
        if (form_ != Form::Bytes && !text::is_ascii(chunk.texts)) find_units(chunk);
    }

    Answer answer_event(Vm& vm, std::string_view event, std::string& texts) const {
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
    template <Form kForm>
    static void tell(Napi::Env env, Napi::Function done, Told* given) {
        const std::unique_ptr<Told> told(given);
        if (env == nullptr) return;
        try {
            tell_chunk(env, done, *told->chunk, kForm);
            told->spares->give(std::move(told->chunk));
        } catch (const Failure&) {  // the environment is ending
        } catch (const Napi::Error&) {
        }
    }

    static void tell_chunk(Napi::Env env, const Napi::Function& done, const Chunk& chunk, Form form) {
        Environment& environment = Environment::of(env);
        const std::size_t count = chunk.answers.size();
        auto numbers = Napi::Float64Array::New(env, count * kNumbers);
        auto others = Napi::Array::New(env);
        for (std::size_t i = 0; i < count; ++i) {
            const Answer& answer = chunk.answers[i];
            numbers[i * kNumbers] = answer.ops;
            numbers[i * kNumbers + 1] = answer.max_memory;
            numbers[i * kNumbers + 2] = answer.ms;
            numbers[i * kNumbers + 3] = static_cast<double>(chunk.ends[i]);
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
        done.Call({Napi::Number::New(env, chunk.index), results(environment, chunk, form), numbers, others});
    }

    static Napi::Value results(Environment& environment, const Chunk& chunk, Form form) {
        if (form == Form::Bytes)
            return Napi::Buffer<char>::Copy(environment.env, chunk.texts.data(), chunk.texts.size());
        if (form == Form::Texts) return split(environment, chunk);
        return part(environment, chunk, 0, chunk.units.empty() ? chunk.texts.size() : chunk.units.size());
    }

    static Napi::Value part(Environment& environment, const Chunk& chunk, std::size_t from, std::size_t to) {
        napi_value out = nullptr;
        checked(environment,
                chunk.units.empty()
                    ? napi_create_string_latin1(environment.env, chunk.texts.data() + from, to - from, &out)
                    : napi_create_string_utf16(environment.env, chunk.units.data() + from, to - from, &out));
        return {environment.env, out};
    }

    static Napi::Value split(Environment& environment, const Chunk& chunk) {
        auto texts = Napi::Array::New(environment.env, chunk.ends.size());
        std::size_t start = 1;
        for (std::size_t i = 0; i < chunk.ends.size(); ++i) {
            const Napi::HandleScope scope(environment.env);
            texts.Set(static_cast<std::uint32_t>(i), part(environment, chunk, start, chunk.ends[i]));
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
    Form form_;
    Napi::ThreadSafeFunction done_;
    std::shared_ptr<Spares> spares_ = std::make_shared<Spares>();
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
                                             static_cast<Form>(info[3].As<Napi::Number>().Uint32Value()), done);
        const std::uint32_t threads = info[1].As<Napi::Number>().Uint32Value();
        // A worker that is being ended can't make the External any more. Threads that nobody waits for would run on in
        // an addon that is unloaded.
        const auto handle = Napi::External<Batch>::New(env, batch.get(), [](Napi::Env, Batch* ended) { delete ended; });
        batch.release()->start(threads);
        return handle;
    });
}

Napi::Value submit(const Napi::CallbackInfo& info) {
    return guarded(info, [&](Environment& environment) {
        Batch& batch = batch_of(info);
        std::unique_ptr<Chunk> chunk = batch.new_chunk();
        chunk->index = info[1].As<Napi::Number>().Uint32Value();
        const auto events = info[2].As<Napi::Array>();
        const std::uint32_t count = events.Length();
        for (std::uint32_t i = 0; i < count; ++i) {
            const Napi::HandleScope scope(info.Env());
            append_document(environment, events.Get(i), chunk->events);
            chunk->event_ends.push_back(chunk->events.size());
        }
        batch.submit(std::move(chunk));
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
