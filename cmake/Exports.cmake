# hogvm_exports(TARGET MAP): a shared library or module exports only what cmake/exports/MAP.map names. A static library
# has no say in that, and is left as it is.
function(hogvm_exports target map)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "STATIC_LIBRARY" OR NOT CMAKE_EXECUTABLE_FORMAT STREQUAL "ELF")
        return()
    endif()
    set(script ${PROJECT_SOURCE_DIR}/cmake/exports/${map}.map)
    target_link_options(${target} PRIVATE LINKER:--version-script=${script})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
endfunction()
