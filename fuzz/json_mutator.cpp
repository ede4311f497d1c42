// How libFuzzer changes inputs that are JSON: by members, elements and values rather than by bytes, so that most of
// what comes out is JSON again and gets past the reader. Texts inside are changed by libFuzzer's own means, and so is
// everything now and then, and what is no JSON.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace js = boost::json;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

class Mutator {
  public:
    explicit Mutator(unsigned seed) : engine_(seed) {}

    std::size_t below(std::size_t n) { return n > 0 ? engine_() % n : 0; }

    void change(js::value& document) {
        nodes_.clear();
        collect(document);
        js::value& node = *nodes_[below(nodes_.size())];
        switch (below(8)) {
            case 0:
            case 1: node = js::value(*nodes_[below(nodes_.size())]); return;
            case 2:
            case 3: return change_container(node);
            default: return change_scalar(node);
        }
    }

    /// Puts some value of `from` somewhere into `document`.
    void graft(js::value& document, js::value& from) {
        nodes_.clear();
        collect(from);
        const js::value taken = *nodes_[below(nodes_.size())];
        nodes_.clear();
        collect(document);
        js::value& node = *nodes_[below(nodes_.size())];
        if (node.is_array() && below(2) == 0) {
            insert(node.get_array(), taken);
        } else {
            node = taken;
        }
    }

  private:
    static constexpr std::size_t kMostNodes = 20'000;

    void collect(js::value& value) {
        if (nodes_.size() >= kMostNodes) return;
        nodes_.push_back(&value);
        if (value.is_array()) {
            for (js::value& item : value.get_array()) collect(item);
        } else if (value.is_object()) {
            for (auto& member : value.get_object()) collect(member.value());
        }
    }

    void insert(js::array& array, const js::value& value) {
        array.insert(array.begin() + static_cast<std::ptrdiff_t>(below(array.size() + 1)), value);
    }

    void change_container(js::value& node) {
        if (node.is_array()) {
            change_array(node.get_array());
        } else if (node.is_object()) {
            change_object(node.get_object());
        } else if (below(2) == 0) {
            node = js::array{node};
        } else {
            node = js::object{{"value", node}};
        }
    }

    void change_array(js::array& array) {
        if (array.empty()) return array.push_back(scalar());
        js::value& item = array[below(array.size())];
        switch (below(6)) {
            case 0: array.erase(array.begin() + static_cast<std::ptrdiff_t>(below(array.size()))); return;
            case 1: return insert(array, js::value(item));
            case 2: return insert(array, js::value(*nodes_[below(nodes_.size())]));
            case 3: return repeat(array);
            case 4: return item.swap(array[below(array.size())]);
            default: item = scalar(); return;
        }
    }

    /// Some elements once more, in their order: a piece of bytecode is several.
    void repeat(js::array& array) {
        const std::size_t from = below(array.size());
        const std::size_t count = 1 + below(std::min<std::size_t>(array.size() - from, 12));
        const js::array piece(array.begin() + static_cast<std::ptrdiff_t>(from),
                              array.begin() + static_cast<std::ptrdiff_t>(from + count));
        std::size_t at = below(array.size() + 1);
        for (const js::value& item : piece) array.insert(array.begin() + static_cast<std::ptrdiff_t>(at++), item);
    }

    void change_object(js::object& object) {
        if (object.empty()) {
            object["key"] = scalar();
            return;
        }
        const std::string key = (object.begin() + static_cast<std::ptrdiff_t>(below(object.size())))->key();
        switch (below(4)) {
            case 0: object.erase(key); return;
            case 1: object[changed(key)] = js::value(object[key]); return;
            case 2: object[key] = js::value(*nodes_[below(nodes_.size())]); return;
            default: object[key] = scalar(); return;
        }
    }

    void change_scalar(js::value& node) {
        if (node.is_string()) {
            node = js::string(changed(std::string_view(node.get_string())));
        } else if (node.is_int64() && below(2) == 0) {
            node = static_cast<std::int64_t>(static_cast<std::uint64_t>(node.get_int64()) + below(9) - 4);
        } else {
            node = scalar();
        }
    }

    std::string changed(std::string_view text) {
        std::vector<std::uint8_t> bytes(text.size() + 64);
        std::memcpy(bytes.data(), text.data(), text.size());
        const std::size_t size = LLVMFuzzerMutate(bytes.data(), text.size(), bytes.size());
        return {reinterpret_cast<const char*>(bytes.data()), size};
    }

    js::value scalar() {
        switch (below(8)) {
            case 0: return nullptr;
            case 1: return below(2) == 0;
            case 2: return js::string(changed(""));
            case 3: return static_cast<std::int64_t>(engine_());
            case 4: return kNumbers[below(std::size(kNumbers))];
            case 5: return js::value(*nodes_[below(nodes_.size())]);
            default: return static_cast<std::int64_t>(below(60));
        }
    }

    static constexpr double kNumbers[] = {
        -1,  -0.0, 0.5, 1e21, 1e308, 5e-324, 4294967296, 1e-7, 65536, 1e15, 9007199254740992.0, -2147483649.0,
        300, 2000};

    std::mt19937_64 engine_;
    std::vector<js::value*> nodes_;
};

bool parsed(const std::uint8_t* data, std::size_t size, js::value& value) {
    js::error_code error;
    js::parse_options options;
    options.max_depth = 200;
    value = js::parse({reinterpret_cast<const char*>(data), size}, error, {}, options);
    return !error;
}

/// The size of what was written; 0 if it does not fit.
std::size_t write(const js::value& value, std::uint8_t* data, std::size_t max_size) {
    const std::string text = js::serialize(value);
    if (text.size() > max_size) return 0;
    std::copy(text.begin(), text.end(), data);
    return text.size();
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    Mutator mutator(seed);
    js::value document;
    if (mutator.below(16) == 0 || !parsed(data, size, document)) return LLVMFuzzerMutate(data, size, max_size);
    for (std::size_t n = 1 + mutator.below(4); n > 0; --n) mutator.change(document);
    const std::size_t written = write(document, data, max_size);
    return written > 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size, std::uint8_t* out,
                                                 std::size_t max_size, unsigned seed) {
    Mutator mutator(seed);
    js::value document, from;
    if (!parsed(one, one_size, document) || !parsed(other, other_size, from)) return 0;
    mutator.graft(document, from);
    return write(document, out, max_size);
}
