#include <hogvm/heap.h>

#include <algorithm>
#include <cstring>

#include <hogvm/text.h>

namespace hogvm {

void TextBuilder::grow(std::size_t more) {
    const std::size_t capacity = std::max<std::size_t>(std::max<std::size_t>(capacity_ * 2, 64), size_ + more);
    char* data = static_cast<char*>(heap_.allocate(capacity));
    if (size_ > 0) std::memcpy(data, data_, size_);
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
    std::memcpy(reserve(text.size()), text.data(), text.size());
    size_ += text.size();
}

void TextBuilder::append(Value string) { append(string.as_text()); }

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
    const Value v = Value::text({data_, size_});
    heap_.shrink(data_, capacity_, size_);
    data_ = nullptr;
    size_ = capacity_ = 0;
    return v;
}

}  // namespace hogvm
