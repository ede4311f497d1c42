// Where input comes from: files, or stdin by the name "-".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include <hogvm/program.h>

namespace hogvm::cli {

/// A file's name as messages say it.
std::string name_of(const std::string& path);

/// An open file or stdin. Throws Stop if there is none.
class Input {
  public:
    explicit Input(const std::string& path);
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    /// Appends what is there, waiting until anything is; false at the end. Throws Stop if reading fails.
    bool read_some(std::string& out);
    /// The file's name as messages say it.
    const std::string& name() const { return name_; }

  private:
    std::string name_;
    int file_;
};

/// Everything in a file, without a byte order mark.
std::string read_all(const std::string& path);

/// The JSON in a file. Throws Stop if it is none.
boost::json::value read_json(const std::string& path);

/// The program in a file. Throws Stop if it is none.
std::shared_ptr<const Program> load(const std::string& path);

/// Lines in batches, each of which is what had arrived and no more than a few, so that they can be worked on at once
/// and a slow stream is answered line by line.
class LineReader {
  public:
    explicit LineReader(Input& input) : input_(input) {}

    struct Batch {
        std::string text;
        std::uint64_t first_line;  // counted from 1
    };
    /// The next lines; false at the end. The last line may lack its newline.
    bool read(Batch& batch);

  private:
    std::size_t complete_lines();

    Input& input_;
    std::string buffer_;
    std::size_t start_ = 0;    // of what was not given out yet
    std::size_t scanned_ = 0;  // there is no newline in [start_, scanned_)
    std::uint64_t lines_ = 0;
    bool at_end_ = false;
};

/// Cuts the first line off `text`; "\n" and "\r\n" end lines.
std::string_view cut_line(std::string_view& text);

}  // namespace hogvm::cli
