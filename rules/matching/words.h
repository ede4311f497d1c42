// Terms in words: as Hog, which is what people wrote or would write.
#pragma once

#include <cstdint>
#include <string>

#include "reading.h"

namespace hogvm::matching {

/// `properties.plan = 'pro'`
std::string words_of(const Reading& reading, std::uint32_t term);

/// The path of a Global: `person.properties.plan`.
std::string path_of(const Term& global);

}  // namespace hogvm::matching
