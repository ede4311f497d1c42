#include <hogvm/heap.h>

#include <algorithm>
#include <cstring>

#include <hogvm/text.h>
#include <hogvm/work.h>

namespace hogvm {
namespace {

constexpr std::size_t kShortText = 64;  // bytes; up to here a copy costs nothing

/// Half a pair, which what follows may change.
bool ends_in_surrogate(std::string_view text) {
    return text.size() >= 3 && text[text.size() - 3] == '\xED' &&
           static_cast<unsigned char>(text[text.size() - 2]) >= 0xA0;
}

}  // namespace

bool Heap::join_short(std::span<const Value> texts, Value& joined) {
    std::size_t size = 0;
    std::size_t units = 0;
    for (const Value text : texts) {
        // What begins with a surrogate may join with the half before it.
        if (!text.is_string() || text.bytes() >= kShortText || (!text.is_ascii() && text.as_text()[0] == '\xED'))
            return false;
        size += text.bytes();
        units += text.units();
    }
    if (size >= kShortText) return false;
    char* const data = static_cast<char*>(allocate(size));
    char* at = data;
    for (const Value text : texts) {
        if (text.bytes() > 0) std::memcpy(at, text.as_text().data(), text.bytes());
        at += text.bytes();
    }
    joined = Value::text_of(data, size, size - units);
    return true;
}

void TextBuilder::grow(std::size_t more) {
    const std::size_t capacity = std::max<std::size_t>(std::max<std::size_t>(capacity_ * 2, 64), size_ + more);
    char* data = static_cast<char*>(heap_.allocate(capacity));
    copy_bytes(data, data_, size_);
    data_ = data;
    capacity_ = capacity;
}

void TextBuilder::append(std::string_view text) {
    if (text.empty()) return;
    // Half a surrogate pair at the seam joins with the other half.
    if (size_ >= 3 && text.size() >= 3 && text[0] == '\xED' && static_cast<unsigned char>(text[1]) >= 0xB0 &&
        data_[size_ - 3] == '\xED') {
        std::size_t at = 0;
        append_unit(text::next(text, &at));
        text.remove_prefix(3);
    }
    if (text.empty()) return;
    copy_bytes(reserve(text.size()), text.data(), text.size());
    size_ += text.size();
}

void TextBuilder::append(Value string) { append(string.as_text()); }

void TextBuilder::begin_with(Value string) {
    const std::string_view text = string.as_text();
    grows_ = true;
    if (text.size() < kShortText || ends_in_surrogate(text)) return append(text);
    const auto open = std::ranges::find(heap_.open_texts_, text.data() + text.size(), &Heap::OpenText::end);
    if (open != heap_.open_texts_.end() && open->spare > 0) {
        data_ = const_cast<char*>(text.data());
        size_ = text.size();
        capacity_ = size_ + open->spare;
    } else {
        // What was built by adding to its end, and now again, will be once more.
        grow(open != heap_.open_texts_.end() ? text.size() * 2 : text.size() + kShortText);
        append(text);
    }
    keeps_room_ = open != heap_.open_texts_.end();
    if (keeps_room_) *open = {};  // its end belongs to this text from now on
    counted_ = text.size();
    surplus_ = text.size() - string.units();
}

void TextBuilder::append_unit(std::uint32_t code) {
    if (code < 0x80) return append(static_cast<char>(code));
    std::string bytes;
    if (size_ >= 3 && code >= 0xDC00 && code < 0xE000 && data_[size_ - 3] == '\xED') {
        bytes.assign(data_ + size_ - 3, 3);
        size_ -= 3;
    }
    text::append(code, bytes);
    std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
}

Value TextBuilder::finish() {
    if (size_ == 0) return Value::ascii({});
    if (size_ > UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: a string of more than 4 GiB");
    const std::size_t surplus = surplus_ + text::surplus({data_ + counted_, size_ - counted_});
    const Value v = Value::text_of(data_, size_, surplus);
    if (!keeps_room_) heap_.shrink(data_, capacity_, size_);
    if (grows_ && size_ >= kShortText) heap_.open_text({data_ + size_, keeps_room_ ? capacity_ - size_ : 0});
    data_ = nullptr;
    size_ = capacity_ = counted_ = surplus_ = 0;
    grows_ = keeps_room_ = false;
    return v;
}

}  // namespace hogvm
