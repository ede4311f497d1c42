#include "input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <boost/json.hpp>

#include <hogvm/error.h>
#include <hogvm/heap.h>
#include <hogvm/json.h>
#include <hogvm/standard_library.h>

#include "exit.h"

namespace hogvm::cli {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kBatchLines = 32;
constexpr std::size_t kBatchBytes = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string name_of(const std::string& path) { return path == "-" ? "stdin" : path; }

Input::Input(const std::string& path) : name_(name_of(path)), file_(STDIN_FILENO) {
    if (path == "-") return;
    file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) throw Stop(name_ + ": " + std::strerror(errno));
}

Input::~Input() {
    if (file_ != STDIN_FILENO) close(file_);
}

bool Input::read_some(std::string& out) {
    const std::size_t size = out.size();
    out.resize(size + kReadBytes);
    ssize_t got;
    do {
        got = read(file_, out.data() + size, kReadBytes);
    } while (got < 0 && errno == EINTR);
    const int error = errno;
    out.resize(size + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0) throw Stop(name_ + ": " + std::strerror(error));
    return got > 0;
}

std::string read_all(const std::string& path) {
    Input input(path);
    std::string text;
    while (input.read_some(text)) {
    }
    if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
    return text;
}

boost::json::value read_json(const std::string& path) {
    const std::string text = read_all(path);
    Heap heap;
    try {
        return json::to_boost(json::parse(text, heap));
    } catch (const json::ParseError& error) {
        throw Stop(name_of(path) + ": " + error.message);
    } catch (const Failure& error) {
        throw Stop(name_of(path) + ": " + error.message);
    }
}

std::shared_ptr<const Program> load(const std::string& path) {
    const std::string text = read_all(path);
    const std::string name = name_of(path);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) throw Stop(name + ": there is no program: it is empty");
    try {
        return load_program(text);
    } catch (const LoadError& error) {
        const bool is_source = path.ends_with(".hog");
        throw Stop(name + ": " + error.what() + (is_source ? "; this looks like Hog source: compile it first" : ""));
    }
}

bool LineReader::read(Batch& batch) {
    std::size_t size = complete_lines();
    while (size == 0 && !at_end_) {
        buffer_.erase(0, start_);
        scanned_ -= start_;
        start_ = 0;
        at_end_ = !input_.read_some(buffer_);
        if (lines_ == 0 && scanned_ == 0 && buffer_.starts_with(kByteOrderMark))
            start_ = scanned_ = kByteOrderMark.size();
        size = complete_lines();
    }
    if (size == 0) size = buffer_.size() - start_;
    if (size == 0) return false;
    batch.text.assign(buffer_, start_, size);
    batch.first_line = lines_ + 1;
    for (const char c : batch.text) lines_ += c == '\n';
    start_ += size;
    scanned_ = std::max(scanned_, start_);
    return true;
}

// How many bytes the next batch has; 0 if not even one line is complete.
std::size_t LineReader::complete_lines() {
    std::size_t end = start_;
    for (std::size_t lines = 0; lines < kBatchLines && end - start_ < kBatchBytes; ++lines) {
        const std::size_t newline = buffer_.find('\n', std::max(end, scanned_));
        if (newline == std::string::npos) {
            if (lines == 0) scanned_ = buffer_.size();
            break;
        }
        end = newline + 1;
    }
    return end - start_;
}

std::string_view cut_line(std::string_view& text) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace hogvm::cli
