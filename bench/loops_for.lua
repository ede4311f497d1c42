-- As loops.lua, with the loop that Lua has for counting.
return function()
    local total = 0
    for i = 0, 99 do
        for j = 0, 99 do
            total = total + (i * j) % 7
        end
    end
    return total
end
