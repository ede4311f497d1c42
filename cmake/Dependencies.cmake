# What hogvm links, by the names of Debian's packages. The build uses this file, and so does the installed package, which
# must find the same libraries again.

# hogvm_find(missing PACKAGE NAME ...): find_package(NAME ...), or PACKAGE is one more in the list `missing`.
macro(hogvm_find missing package name)
    find_package(${name} ${ARGN} QUIET)
    if(NOT ${name}_FOUND)
        list(APPEND ${missing} ${package})
    endif()
endmacro()

# hogvm_find_library(missing PACKAGE TARGET HEADER LIBRARY): for a library that comes without a CMake package.
function(hogvm_find_library missing package target header library)
    string(MAKE_C_IDENTIFIER "HOGVM_${library}" variable)
    string(TOUPPER ${variable} variable)
    find_path(${variable}_INCLUDE ${header})
    find_library(${variable}_LIBRARY ${library})
    mark_as_advanced(${variable}_INCLUDE ${variable}_LIBRARY)
    if(NOT ${variable}_INCLUDE OR NOT ${variable}_LIBRARY)
        set(${missing} ${${missing}} ${package} PARENT_SCOPE)
    elseif(NOT TARGET ${target})
        add_library(${target} UNKNOWN IMPORTED GLOBAL)
        set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${variable}_LIBRARY}
                                                   INTERFACE_INCLUDE_DIRECTORIES ${${variable}_INCLUDE})
    endif()
endfunction()

macro(hogvm_find_libraries missing)
    set(${missing} "")
    hogvm_find(${missing} libboost-json1.81-dev Boost 1.81 CONFIG COMPONENTS json)
    hogvm_find(${missing} libssl-dev OpenSSL 3.0 COMPONENTS Crypto)
    hogvm_find(${missing} libabsl-dev absl CONFIG)
    hogvm_find_library(${missing} libre2-dev hogvm::re2 re2/re2.h re2)
    hogvm_find_library(${missing} libutf8proc-dev hogvm::utf8proc utf8proc.h utf8proc)
endmacro()

# Stops the configuration with what to install, if anything is missing.
function(hogvm_require missing)
    if(missing)
        list(JOIN missing " " packages)
        message(FATAL_ERROR "hogvm needs packages that are not installed. Try:\n  apt-get install ${packages}\n"
                            "or `make setup`, which does it.")
    endif()
endfunction()
